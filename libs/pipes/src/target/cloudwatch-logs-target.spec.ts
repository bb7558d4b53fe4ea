/** A log group as target: which requests a batch becomes, and what is retried. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { JsonService, Refusal } from '../../test/json-service.js';
import { deadLetters, pipeOn, type TestPipe, type TestPipeOptions } from '../../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../../test/scripted-stream.js';
import { type CallContext, type OutgoingRecord } from '../target.js';
import {
  cloudWatchLogsTarget,
  type CloudWatchLogsTargetOptions,
  type PutLogEventsInput,
  type PutLogEventsOutput,
} from './cloudwatch-logs-target.js';

const GROUP = 'arn:aws:logs:us-east-1:000000000000:log-group:/pipes/orders:*';
const NOW = Date.parse('2026-03-08T12:00:00Z');

type Answer = (input: PutLogEventsInput, call: number) => PutLogEventsOutput | Refusal;

describe('a log group as target', () => {
  const context: CallContext = { signal: new AbortController().signal, pipeName: 'pipe', now: () => NOW };

  /** Sends these events in one batch. */
  async function send(
    events: readonly { text?: string; at?: unknown; stream?: string }[],
    parameters: CloudWatchLogsTargetOptions['parameters'],
    answer: Answer = () => ({}),
  ): Promise<{ inputs: PutLogEventsInput[]; result: unknown }> {
    const service = new JsonService(answer);
    await service.start();
    const target = cloudWatchLogsTarget({ arn: GROUP, putLogEvents: service.call, parameters });
    const batch = events.map((event): OutgoingRecord => ({ event, text: event.text ?? 'x' }));
    const result = await target.invoke(batch, context);
    await service.stop();
    return { inputs: service.inputs, result };
  }

  it('gets one log event a record, at the time of the call', async () => {
    const { inputs, result } = await send([{ text: 'a' }, { text: 'b' }], { logStreamName: 'all' });
    const logEvents = ['a', 'b'].map((message) => ({ timestamp: NOW, message }));
    expect(inputs).toEqual([{ logGroupName: '/pipes/orders', logStreamName: 'all', logEvents }]);
    expect(result).toMatchObject({ outcome: 'success' });
  });

  it('gets a request a stream, in the order of time, no longer than a day', async () => {
    const hour = 3_600_000;
    const events = [
      { text: 'b2', stream: 'blue', at: NOW },
      { text: 'r', stream: 'red', at: NOW },
      { text: 'b1', stream: 'blue', at: NOW - 25 * hour },
      { text: 'b3', stream: 'blue', at: String(NOW + hour) },
    ];
    const { inputs } = await send(events, { logStreamName: '$.stream', timestamp: '$.at' });
    const told = inputs.map(({ logStreamName, logEvents }) => [
      logStreamName,
      ...logEvents.map(({ message }) => message),
    ]);
    expect(told).toEqual([
      ['blue', 'b1'],
      ['blue', 'b2', 'b3'],
      ['red', 'r'],
    ]);
  });

  it('gets at most 1,048,576 bytes a request, 26 for each event included', async () => {
    const half = 'x'.repeat(1_048_576 / 2 - 26);
    const { inputs } = await send([{ text: half }, { text: half }, { text: 'z' }], { logStreamName: 'all' });
    expect(inputs.map(({ logEvents }) => logEvents.length)).toEqual([2, 1]);
  });

  it('fails events alone that are too long, at no time, too old or too new', async () => {
    const events = [
      { text: 'x'.repeat(1_048_576), at: 1 },
      { at: 'yesterday' },
      { at: NOW + 9 },
      { at: NOW },
      { at: NOW + 5 },
      { at: NOW + 6 },
    ];
    const rejectedLogEventsInfo = { tooOldLogEventEndIndex: 1, tooNewLogEventStartIndex: 3 };
    const parameters = { logStreamName: 'all', timestamp: '$.at' };
    const { result } = await send(events, parameters, () => ({ rejectedLogEventsInfo }));
    expect(result).toMatchObject({ outcome: 'partial', retry: 'failed-only', internal: [] });
    expect((result as { failed: number[] }).failed.toSorted()).toEqual([0, 1, 2, 3]);
  });

  it('fails the events of a refused request alone', async () => {
    const events = [{ stream: 'blue' }, { stream: 'red' }, { stream: 'blue' }];
    const answer: Answer = ({ logStreamName }) =>
      logStreamName === 'blue' ? new Refusal('ServiceUnavailableException', 503) : {};
    const { result } = await send(events, { logStreamName: '$.stream' }, answer);
    expect(result).toMatchObject({ outcome: 'partial', failed: [0, 2], internal: [0, 2] });
  });

  it('is refused without a stream and with a time that is no path', () => {
    const make = (parameters: object) => (): unknown =>
      cloudWatchLogsTarget({ arn: GROUP, putLogEvents: () => Promise.resolve({}), parameters: parameters as never });
    const refusal = (field: string): unknown =>
      expect.objectContaining({ field: `TargetParameters.CloudWatchLogsParameters.${field}` });
    expect(make({})).toThrow(refusal('LogStreamName'));
    expect(make({ logStreamName: 'all', timestamp: '1772971200000' })).toThrow(refusal('Timestamp'));
  });

  describe('in a pipe', () => {
    let stream: ScriptedStream;
    before(() => {
      stream = new ScriptedStream();
    });
    after(() => stream.stop());

    it('takes 10,000 records in a batch, and a poison one of them ends alone', async () => {
      const shard = stream.shard('shard');
      for (let number = 1; number <= 10_000; number += 1)
        shard.write(number, number === 77 ? 'poison' : 'good', NOW / 1000);
      const sizes: number[] = [];
      const target = cloudWatchLogsTarget({
        arn: GROUP,
        parameters: { logStreamName: '$.dynamodb.NewImage.PK.S' },
        putLogEvents: ({ logStreamName, logEvents }) => {
          sizes.push(logEvents.length);
          if (logStreamName === 'good') return Promise.resolve({});
          return Promise.reject(
            Object.assign(new Error('no stream'), { $fault: 'client', name: 'ResourceNotFoundException' }),
          );
        },
      });
      const options: TestPipeOptions = { target, targetParameters: { inputTemplate: 'x' }, source: { batchSize: 10_000, maximumBatchingWindowInSeconds: 300, maximumRetryAttempts: 1, deadLetter: deadLetters() } }; // prettier-ignore
      const running: TestPipe = await pipeOn(
        { name: 'logs', streamArn: SCRIPTED_ARN, client: await stream.start() },
        options,
      );
      await running.pipe.drained();
      await running.pipe.stop();
      const [letter] = running.log.of('dead-letter');
      expect(letter?.envelope.DDBStreamBatchInfo).toMatchObject({ batchSize: 1, startSequenceNumber: '77' });
      expect(sizes).toEqual([9_999, 1, 1]);
    });
  });
});
