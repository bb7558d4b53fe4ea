/** Where pipes made by hand deliver to, on the local stack. */
import { execFile } from 'node:child_process';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CreateTopicCommand, SubscribeCommand } from '@aws-sdk/client-sns';
import { CreateQueueCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { type JournalEntry } from '../../localstack/src/journal-event.js';
import { arnOf, HandMadePipes } from '../fixtures/hand-made-pipes.js';

describe('a pipe made by hand', () => {
  const local = new HandMadePipes();
  before(() => local.start());
  after(() => local.stop());

  it('delivers to a queue, enriched and through a template', async () => {
    const { QueueUrl } = await local.queues.send(new CreateQueueCommand({ QueueName: 'inbox' }));
    await local.create('toqueue', {
      Enrichment: arnOf('lambda', 'function:byhand-dev-enricher'),
      Target: arnOf('sqs', 'inbox'),
      TargetParameters: { InputTemplate: '{"id": <$.dynamodb.Keys.id.S>, "extra": <$.extra>}' },
    });
    await local.settled('toqueue');
    await local.put('wanted-queue');
    const { Messages } = await local.queues.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(JSON.parse(Messages?.[0]?.Body ?? '')).toEqual({ id: 'wanted-queue', extra: 'enriched' });
    await local.removed('toqueue');
  });

  it('delivers to a topic, each record a message of its own', async () => {
    const { QueueUrl } = await local.queues.send(new CreateQueueCommand({ QueueName: 'subscriber' }));
    const { TopicArn } = await local.topics.send(new CreateTopicCommand({ Name: 'news' }));
    await local.topics.send(
      new SubscribeCommand({
        TopicArn,
        Protocol: 'sqs',
        Endpoint: arnOf('sqs', 'subscriber'),
        Attributes: { RawMessageDelivery: 'true' },
      }),
    );
    await local.create('totopic', {
      Target: TopicArn,
      TargetParameters: { InputTemplate: '"<$.dynamodb.Keys.id.S> is new \u{1f9e5}"' },
    });
    await local.settled('totopic');
    await local.put('wanted-topic');
    const { Messages } = await local.queues.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['"wanted-topic is new \u{1f9e5}"']);
    await local.removed('totopic');
  });

  it('delivers to a log group', async () => {
    await local.create('tologs', {
      Target: arnOf('logs', 'log-group:/things'),
      TargetParameters: { InputTemplate: '<$.dynamodb.Keys.id.S>', CloudWatchLogsParameters: { LogStreamName: 'all' } },
    });
    await local.settled('tologs');
    await local.put('wanted-line');
    const inGroup = (entry: JournalEntry): boolean => entry.type === 'log' && entry.function === '/things';
    expect(await local.stack.journal.waitFor(inGroup)).toMatchObject({ line: 'wanted-line' });
    await local.removed('tologs');
  });

  it('gives a batch up to the dead-letter queue', async () => {
    const { QueueUrl } = await local.queues.send(new CreateQueueCommand({ QueueName: 'dead' }));
    await local.create('dying', {
      SourceParameters: {
        DynamoDBStreamParameters: {
          StartingPosition: 'LATEST',
          MaximumRetryAttempts: 0,
          DeadLetterConfig: { Arn: arnOf('sqs', 'dead') },
        },
      },
    });
    await local.settled('dying');
    await local.put('poison');
    const { Messages } = await local.queues.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5 }));
    expect(JSON.parse(Messages?.[0]?.Body ?? '')).toMatchObject({
      context: { partnerResourceArn: arnOf('pipes', 'pipe/dying'), condition: 'RetryAttemptsExhausted' },
    });
    await local.removed('dying');
  });

  it('keeps the records of what it gave up, and delivers them again on the word of the command line', async () => {
    await local.queues.send(new CreateQueueCommand({ QueueName: 'kept' }));
    await local.create('flaky', {
      Target: arnOf('lambda', 'function:byhand-dev-flaky'),
      SourceParameters: {
        DynamoDBStreamParameters: {
          StartingPosition: 'LATEST',
          MaximumRetryAttempts: 0,
          DeadLetterConfig: { Arn: arnOf('sqs', 'kept') },
        },
      },
    });
    await local.settled('flaky');
    await local.put('redriven');
    await local.stack.journal.waitFor((entry) => entry.type === 'dead-letter' && entry.pipe === 'flaky');
    const kept = await fetch(`${local.stack.awsUrl}/_tabletop/pipes/flaky/dead-letters`);
    expect(await kept.json()).toMatchObject([{ records: [{ dynamodb: { Keys: { id: { S: 'redriven' } } } }] }]);
    const program = fileURLToPath(new URL('../../localstack/src/redrive-cli.js', import.meta.url));
    const redrive = (pipe: string): Promise<{ stdout: string }> =>
      promisify(execFile)(process.execPath, [program, '--pipe', pipe], {
        env: { AWS_ENDPOINT_URL: local.stack.awsUrl },
      });
    expect((await redrive('flaky')).stdout).toBe('1 of 1 records delivered.\n');
    await local.stack.journal.waitFor((entry) => entry.type === 'log' && entry.line === 'call 2');
    expect((await redrive('flaky')).stdout).toBe('0 of 0 records delivered.\n');
    await expect(redrive('nobody')).rejects.toThrow(/Pipe nobody does not exist/);
    await local.removed('flaky');
  });

  it('writes an execution log at the level that is asked for', async () => {
    const logGroup = arnOf('logs', 'log-group:/pipes/logged');
    await local.create('logged', {
      LogConfiguration: { Level: 'INFO', CloudwatchLogsLogDestination: { LogGroupArn: logGroup } },
    });
    await local.settled('logged');
    await local.put('wanted-log');
    const inGroup = (entry: JournalEntry): boolean => entry.type === 'log' && entry.function === '/pipes/logged';
    const lines = await local.stack.journal.waitForCount(4, inGroup);
    expect(lines.map((entry) => entry.type === 'log' && (JSON.parse(entry.line) as object))).toMatchObject(
      ['EXECUTION_STARTED', 'TARGET_STAGE_ENTERED', 'TARGET_STAGE_SUCCEEDED', 'EXECUTION_SUCCEEDED'].map(
        (messageType) => ({ messageType, resourceArn: arnOf('pipes', 'pipe/logged'), logLevel: 'INFO' }),
      ),
    );
    await local.removed('logged');
  });
});
