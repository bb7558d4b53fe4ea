/** Which service and operation a request to the AWS endpoint means, told from what every SDK and the CLI send. */
import { type IncomingHttpHeaders, type ServerResponse } from 'node:http';

/** How a service words its requests and errors; see https://smithy.io/2.0/aws/protocols/ */
export type Protocol = 'json' | 'cbor' | 'query' | 'rest';

export interface AwsRequest {
  /** Lower case signing name, such as `dynamodb`; streams have their own, `dynamodbstreams`. */
  readonly service: string;
  /** `PutItem`; for REST services the method and path. */
  readonly operation: string;
  readonly protocol: Protocol;
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Where the answer goes; closed before its end when the caller has gone. */
  readonly caller?: Pick<ServerResponse, 'once' | 'off' | 'closed'>;
}

/** The `X-Amz-Target` prefixes of JSON services. Streams sign as dynamodb, so the target has the first word. */
const TARGETS = new Map<string, string>(
  Object.entries({
    DynamoDB_20120810: 'dynamodb',
    DynamoDBStreams_20120810: 'dynamodbstreams',
    AmazonSQS: 'sqs',
    AWSCognitoIdentityProviderService: 'cognito-idp',
    GraniteServiceVersion20100801: 'monitoring',
    Logs_20140328: 'logs',
    AWSEvents: 'events',
    AWSStepFunctions: 'states',
    Kinesis_20131202: 'kinesis',
    TrentService: 'kms',
    secretsmanager: 'secretsmanager',
    AmazonSSM: 'ssm',
  }),
);

/** `Credential=AKID/20260101/us-east-1/sns/aws4_request` of a SigV4 header or query. */
const CREDENTIAL_SCOPE =
  /Credential=[^/]+(?:\/|%2F)\d{8}(?:\/|%2F)([a-z0-9-]+)(?:\/|%2F)([a-z0-9-]+)(?:\/|%2F)aws4_request/i;

/** https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html#requests */
const RPC_PATH = /^\/service\/([^/]+)\/operation\/([^/]+)$/;

/** The services of REST paths, for requests that carry no signature. */
const PATHS: readonly (readonly [RegExp, string])[] = [
  [/^\/2015-03-31\/functions/, 'lambda'],
  [/^\/v1\/pipes/, 'pipes'],
  [/^\/[\w-]+_[0-9A-Za-z]+\/\.well-known\//, 'cognito-idp'],
  [/^\/_tabletop\//, 'tabletop'],
  [/^\/restapis/, 'apigateway'],
];

/** Reads the request's head: target first, then the signature, then the path. */
export function serviceOf(
  method: string,
  url: string,
  headers: IncomingHttpHeaders,
): Pick<AwsRequest, 'service' | 'operation' | 'protocol'> {
  const target = headers['x-amz-target'];
  if (typeof target === 'string') {
    const [prefix = '', operation = ''] = target.split('.', 2);
    return { service: TARGETS.get(prefix) ?? prefix, operation, protocol: 'json' };
  }
  const path = url.split('?', 1)[0] ?? '/';
  const [, prefix, rpc] = RPC_PATH.exec(path) ?? [];
  if (prefix !== undefined && rpc !== undefined)
    return { service: TARGETS.get(prefix) ?? prefix, operation: rpc, protocol: 'cbor' };
  const [, , signed] = CREDENTIAL_SCOPE.exec(`${headers.authorization ?? ''}${url}`) ?? [];
  const service = signed ?? PATHS.find(([pattern]) => pattern.test(path))?.[1] ?? 'unknown';
  const isForm = (headers['content-type'] ?? '').startsWith('application/x-www-form-urlencoded');
  return { service, operation: `${method} ${path}`, protocol: isForm ? 'query' : 'rest' };
}

/** The region that a request is signed for; undefined when it is not signed. */
export const regionOf = ({ url, headers }: Pick<AwsRequest, 'url' | 'headers'>): string | undefined =>
  CREDENTIAL_SCOPE.exec(`${headers.authorization ?? ''}${url}`)?.[1];

/** The `Action` of a query-protocol body. */
export const actionOf = (body: Buffer): string => /(?:^|&)Action=([A-Za-z]+)/.exec(body.toString('latin1'))?.[1] ?? '';

/** Backends answer in the region of the caller's signature; ours is the only one, so the signature is told so. */
export const inOurRegion = (authorization: string | undefined, region: string): string | undefined =>
  authorization?.replace(/(Credential=[^/]+\/\d{8}\/)[a-z0-9-]+\//, `$1${region}/`);
