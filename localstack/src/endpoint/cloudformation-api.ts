/**
 * DescribeStacks of CloudFormation: scripts that read a deployment's outputs find those of the local stack.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DescribeStacks.html
 */
import { randomUUID } from 'node:crypto';
import { ACCOUNT, REGION } from '../account.js';
import { type AwsRequest } from './aws-request.js';
import { awsError, escapeXml, notImplemented, type AwsResponse } from './aws-response.js';

/** What a deployed stack of this system tells. */
export interface StackDescription {
  /** Names under which it answers; the first is its own. */
  readonly names: readonly string[];
  readonly startedAt: Date;
  /** By key, such as `ApiUrl`. */
  readonly outputs: Readonly<Record<string, string>>;
}

/** @param stack asked for each request: addresses are known once everything is started */
export function answerCloudFormation(request: AwsRequest, stack: () => StackDescription): AwsResponse {
  if (request.operation !== 'DescribeStacks') return notImplemented(request);
  const { names, startedAt, outputs } = stack();
  const wanted = new URLSearchParams(request.body.toString()).get('StackName');
  // A stack may also be named by its ARN.
  const name = wanted === null ? names[0] : names.find((each) => wanted === each || wanted === arnOf(each));
  if (name === undefined)
    return awsError(request, 400, 'ValidationError', `Stack with id ${String(wanted)} does not exist`);
  const requestId = randomUUID();
  const members = Object.entries(outputs).map(
    ([key, value]) =>
      `<member><OutputKey>${escapeXml(key)}</OutputKey><OutputValue>${escapeXml(value)}</OutputValue></member>`,
  );
  const body =
    '<DescribeStacksResponse xmlns="http://cloudformation.amazonaws.com/doc/2010-05-15/"><DescribeStacksResult><Stacks><member>' +
    `<StackName>${name}</StackName><StackId>${arnOf(name)}</StackId><CreationTime>${startedAt.toISOString()}</CreationTime>` +
    `<StackStatus>CREATE_COMPLETE</StackStatus><DisableRollback>false</DisableRollback><Outputs>${members.join('')}</Outputs>` +
    `</member></Stacks></DescribeStacksResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></DescribeStacksResponse>`;
  return { status: 200, headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId }, body };
}

/** The id at its end is made up once for all: there is no other stack of the name. */
const arnOf = (name: string): string =>
  `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${name}/00000000-0000-0000-0000-000000000000`;
