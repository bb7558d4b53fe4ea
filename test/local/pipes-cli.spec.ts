/** The AWS CLI against the local endpoint: a user's own table gets a pipe by hand. Skipped where there is no `aws`. */
import { execFile, execFileSync } from 'node:child_process';
import { after, before, it } from 'node:test';
import { promisify } from 'node:util';
import { expect } from 'expect';
import { describeUnless } from '../fixtures/describe-unless.js';
import { handlerFunction } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { temporaryFolder } from '../fixtures/folder.js';

const run = promisify(execFile);

function findCli(): string | undefined {
  try {
    return execFileSync('aws', ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch (error) {
    if (['ENOENT', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

describeUnless(findCli() === undefined && 'there is no aws on the PATH (pip install awscli)', 'the AWS CLI', () => {
  let stack: LocalStack;
  before(async () => {
    stack = await startLocalStack({
      topology: system('cli', { also: [handlerFunction('worker', { entry: 'worker', timeout: 2, memory: 128 })] }),
      root: temporaryFolder({
        'worker/lambda.mjs': `export const handler = async (events) => console.log(events[0].eventName);`,
      }),
    });
  });
  after(() => stack.stop());

  const aws = async (...command: string[]): Promise<Record<string, unknown>> => {
    const { stdout } = await run('aws', [...command, '--output', 'json'], {
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: stack.awsUrl,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
      },
    });
    return stdout === '' ? {} : (JSON.parse(stdout) as Record<string, unknown>);
  };
  const arnOf = (service: string, resource: string): string => `arn:aws:${service}:us-east-1:000000000000:${resource}`;

  it('creates a table and a pipe from it, sees it run, and deletes it', async () => {
    const table = ['--table-name', 'things'];
    const { TableDescription } = (await aws(
      ...['dynamodb', 'create-table', ...table, '--billing-mode', 'PAY_PER_REQUEST'],
      ...[
        '--attribute-definitions',
        'AttributeName=id,AttributeType=S',
        '--key-schema',
        'AttributeName=id,KeyType=HASH',
      ],
      ...['--stream-specification', 'StreamEnabled=true,StreamViewType=NEW_IMAGE'],
    )) as { TableDescription: { LatestStreamArn: string } };
    const pipe = ['--name', 'byhand'];
    await aws(
      ...['pipes', 'create-pipe', ...pipe, '--role-arn', 'arn:aws:iam::000000000000:role/pipes'],
      ...['--source', TableDescription.LatestStreamArn, '--target', arnOf('lambda', 'function:cli-dev-worker')],
      ...['--source-parameters', 'DynamoDBStreamParameters={StartingPosition=TRIM_HORIZON,BatchSize=1}'],
    );
    await aws('dynamodb', 'put-item', ...table, '--item', '{"id":{"S":"1"}}');
    await stack.journal.waitFor((entry) => entry.type === 'log' && entry.line === 'INSERT');
    expect(await aws('pipes', 'describe-pipe', ...pipe)).toMatchObject({ CurrentState: 'RUNNING', Name: 'byhand' });
    expect(await aws('pipes', 'list-pipes')).toMatchObject({ Pipes: [{ Name: 'byhand' }] });
    expect(await aws('pipes', 'delete-pipe', ...pipe)).toMatchObject({ CurrentState: 'DELETING' });
    await expect(aws('pipes', 'describe-pipe', '--name', 'nobody')).rejects.toThrow(/NotFoundException/);
  });
});
