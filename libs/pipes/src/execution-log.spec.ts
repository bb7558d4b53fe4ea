/** Catalogue b20, 51: the execution log of a pipe, with all its stages. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { enrichmentBy } from '../test/enrichment-fixture.js';
import { Failure, pipeFrom, type Answer, type TestPipe, type TestPipeOptions } from '../test/pipe-fixture.js';
import { STEP_LEVELS, type ExecutionStep, type PipeLogRecord } from './execution-log.js';

const ENRICHING: ExecutionStep[] = [
  'EXECUTION_STARTED',
  'ENRICHMENT_STAGE_ENTERED',
  'ENRICHMENT_TRANSFORMATION_STARTED',
];
const ENRICHED: ExecutionStep[] = [
  ...ENRICHING,
  'ENRICHMENT_TRANSFORMATION_SUCCEEDED',
  'ENRICHMENT_INVOCATION_STARTED',
  'ENRICHMENT_INVOCATION_SUCCEEDED',
  'ENRICHMENT_STAGE_SUCCEEDED',
];
const TARGETED: ExecutionStep[] = [
  ...ENRICHED,
  'TARGET_STAGE_ENTERED',
  'TARGET_TRANSFORMATION_STARTED',
  'TARGET_TRANSFORMATION_SUCCEEDED',
  'TARGET_INVOCATION_STARTED',
];

/** What each item makes of its execution, in all steps. */
const EXECUTIONS: Readonly<Record<string, readonly ExecutionStep[]>> = {
  whole: [...TARGETED, 'TARGET_INVOCATION_SUCCEEDED', 'TARGET_STAGE_SUCCEEDED', 'EXECUTION_SUCCEEDED'],
  part: [
    ...TARGETED,
    'TARGET_INVOCATION_PARTIALLY_FAILED',
    'TARGET_STAGE_PARTIALLY_FAILED',
    'EXECUTION_PARTIALLY_FAILED',
  ],
  fails: [...TARGETED, 'TARGET_INVOCATION_FAILED', 'TARGET_STAGE_FAILED', 'EXECUTION_FAILED'],
  skips: [...ENRICHED, 'TARGET_STAGE_SKIPPED', 'EXECUTION_SUCCEEDED'],
  unenriched: [
    ...ENRICHING,
    'ENRICHMENT_TRANSFORMATION_SUCCEEDED',
    'ENRICHMENT_INVOCATION_STARTED',
    'ENRICHMENT_INVOCATION_FAILED',
    'ENRICHMENT_STAGE_FAILED',
    'EXECUTION_FAILED',
  ],
  'enriches "badly"': [...ENRICHING, 'ENRICHMENT_TRANSFORMATION_FAILED', 'ENRICHMENT_STAGE_FAILED', 'EXECUTION_FAILED'],
  quoted: [
    ...ENRICHED,
    'TARGET_STAGE_ENTERED',
    'TARGET_TRANSFORMATION_STARTED',
    'TARGET_TRANSFORMATION_FAILED',
    'TARGET_STAGE_FAILED',
    'EXECUTION_FAILED',
  ],
  floods: [...ENRICHED, 'TARGET_STAGE_ENTERED', 'TARGET_INVOCATION_SKIPPED', 'TARGET_STAGE_FAILED', 'EXECUTION_FAILED'],
};

/** AWS's table: what each level adds to the one before. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs.html */
const LEVELS = {
  ERROR: [
    ...['EXECUTION_FAILED', 'EXECUTION_PARTIALLY_FAILED', 'EXECUTION_THROTTLED', 'EXECUTION_TIMEOUT'],
    ...['ENRICHMENT_INVOCATION_FAILED', 'ENRICHMENT_STAGE_FAILED', 'ENRICHMENT_TRANSFORMATION_FAILED'],
    ...['TARGET_INVOCATION_FAILED', 'TARGET_INVOCATION_PARTIALLY_FAILED', 'TARGET_STAGE_FAILED'],
    ...['TARGET_STAGE_PARTIALLY_FAILED', 'TARGET_TRANSFORMATION_FAILED'],
  ],
  INFO: [
    ...['EXECUTION_STARTED', 'EXECUTION_SUCCEEDED', 'ENRICHMENT_STAGE_ENTERED', 'ENRICHMENT_STAGE_SUCCEEDED'],
    ...['ENRICHMENT_INVOCATION_SKIPPED', 'TARGET_STAGE_ENTERED', 'TARGET_STAGE_SUCCEEDED'],
  ],
  TRACE: [
    ...['ENRICHMENT_INVOCATION_STARTED', 'ENRICHMENT_INVOCATION_SUCCEEDED', 'ENRICHMENT_TRANSFORMATION_STARTED'],
    ...['ENRICHMENT_TRANSFORMATION_SUCCEEDED', 'TARGET_INVOCATION_STARTED', 'TARGET_INVOCATION_SUCCEEDED'],
    ...['TARGET_TRANSFORMATION_STARTED', 'TARGET_TRANSFORMATION_SUCCEEDED'],
    ...['TARGET_INVOCATION_SKIPPED', 'TARGET_STAGE_SKIPPED'],
  ],
};

/** Makes of one event what its key says. */
const enrich: Answer = (batch) => {
  const [{ key, eventID }] = batch as unknown as [{ key: string; eventID: string }];
  if (key === 'unenriched') return new Failure();
  if (key === 'skips') return [];
  if (key === 'floods') return Array.from({ length: 10_001 }, (_, name) => name);
  return [{ key: key === 'quoted' ? '"' : key, eventID }];
};

const answer: Answer = (batch) => {
  const [{ key, eventID }] = batch as unknown as [{ key: string; eventID: string }];
  if (key === 'part') return { batchItemFailures: [{ itemIdentifier: eventID }] };
  return key === 'fails' ? new Failure() : { done: key };
};

describe('the execution log', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  /** Runs items with these keys through all stages, one execution each. */
  async function run(
    keys: readonly string[],
    options: TestPipeOptions,
  ): Promise<TestPipe & { written: PipeLogRecord[] }> {
    const table = await dynoxide.table();
    for (const key of keys) await table.put(key);
    const written: PipeLogRecord[] = [];
    const running = await pipeFrom(table, dynoxide, {
      answer,
      enrichment: enrichmentBy(enrich).enrichment,
      enrichmentParameters: { inputTemplate: '{"key":"<$.dynamodb.Keys.PK.S>","eventID":<$.eventID>}' },
      targetParameters: { inputTemplate: '{"key":"<$.key>","eventID":<$.eventID>}' },
      onLog: (record) => written.push(record),
      ...options,
      source: { batchSize: 1, maximumRetryAttempts: 0 },
    });
    await running.pipe.drained();
    await running.pipe.stop();
    return { ...running, written };
  }

  it('51 log levels emit exactly the listed steps', async () => {
    const all = Object.values(EXECUTIONS).flat();
    let listed: string[] = [];
    for (const level of ['OFF', 'ERROR', 'INFO', 'TRACE'] as const) {
      if (level !== 'OFF') listed = [...listed, ...LEVELS[level]];
      const { log, written } = await run(Object.keys(EXECUTIONS), { logLevel: level });
      expect(log.steps).toEqual(all);
      expect(written.map(({ messageType }) => messageType)).toEqual(all.filter((step) => listed.includes(step)));
      expect(written.every(({ logLevel }) => logLevel === level)).toBe(true);
    }
    expect(listed.toSorted()).toEqual(Object.keys(STEP_LEVELS).toSorted());
  });

  it('is OFF when no level is set', async () => {
    const { log, written } = await run(['whole'], {});
    expect([written, log.steps]).toEqual([[], EXECUTIONS['whole']]);
  });

  it('holds AWS’s fields and none of ours', async () => {
    const { written } = await run(['whole'], { logLevel: 'INFO' });
    expect(written[0]).toEqual({
      executionId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      timestamp: expect.any(Number),
      messageType: 'EXECUTION_STARTED',
      resourceArn: expect.stringMatching(/^arn:aws:pipes:us-east-1:000000000000:pipe\//),
      logLevel: 'INFO',
      error: null,
      truncatedFields: null,
    });
    expect(new Set(written.map(({ executionId }) => executionId)).size).toBe(1);
  });

  it('carries payload, request and response only in AWS’s steps, and only when execution data is asked for', async () => {
    const without = await run(['whole', 'fails'], { logLevel: 'TRACE' });
    expect(
      without.written.filter((record) => 'payload' in record || 'awsRequest' in record || 'awsResponse' in record),
    ).toEqual([]);
    const { written } = await run(['whole', 'fails'], { logLevel: 'TRACE', includeExecutionData: true });
    const carrying = (field: 'payload' | 'awsRequest' | 'awsResponse'): string[] => [
      ...new Set(written.filter((record) => record[field] !== undefined).map(({ messageType }) => messageType)),
    ];
    const invoked = ['ENRICHMENT_INVOCATION_SUCCEEDED', 'TARGET_INVOCATION_SUCCEEDED', 'TARGET_INVOCATION_FAILED'];
    expect(carrying('payload')).toEqual([
      'EXECUTION_STARTED',
      'ENRICHMENT_TRANSFORMATION_SUCCEEDED',
      'ENRICHMENT_STAGE_SUCCEEDED',
      'TARGET_TRANSFORMATION_SUCCEEDED',
      'TARGET_STAGE_SUCCEEDED',
    ]);
    expect([carrying('awsRequest'), carrying('awsResponse')]).toEqual([invoked, invoked]);
    const first = (step: ExecutionStep): PipeLogRecord | undefined =>
      written.find(({ messageType }) => messageType === step);
    expect(JSON.parse(first('EXECUTION_STARTED')?.payload ?? '')).toEqual([
      expect.objectContaining({ eventName: 'INSERT' }),
    ]);
    expect(first('ENRICHMENT_TRANSFORMATION_SUCCEEDED')?.payload).toMatch(/^\[\{"key":"whole","eventID":"[^"]+"\}\]$/);
    expect(first('TARGET_INVOCATION_SUCCEEDED')).toMatchObject({
      awsRequest: expect.stringMatching(/^\[\{"key":"whole",/),
      awsResponse: '{"done":"whole"}',
    });
  });

  it('cuts payload, then request, then response at 256 KB, each from its end', async () => {
    const table = await dynoxide.table();
    await table.put('a', { Note: { S: 'x'.repeat(150_000) } });
    const { pipe, log } = await pipeFrom(table, dynoxide, {
      includeExecutionData: true,
      answer: () => 'y'.repeat(200_000),
    });
    await pipe.drained();
    await pipe.stop();
    const invoked = log.of('execution').find(({ messageType }) => messageType === 'TARGET_INVOCATION_SUCCEEDED');
    expect(invoked?.truncatedFields).toEqual(['awsRequest']);
    expect(invoked?.awsResponse).toHaveLength(200_002);
    expect((invoked?.awsRequest?.length ?? 0) + 200_002).toBe(256 * 1024);
    expect(invoked?.awsRequest).toMatch(/^\[\{"eventID":/);
  });

  it('shows the beginning of an error that a function made as long as it liked', async () => {
    const table = await dynoxide.table();
    await table.put('a');
    const { pipe, log } = await pipeFrom(table, dynoxide, {
      source: { maximumRetryAttempts: 0 },
      answer: () => new Failure('long '.repeat(1_000_000)),
    });
    await pipe.drained();
    await pipe.stop();
    const failed = log.of('execution').filter(({ error }) => error !== null);
    expect(failed.map(({ messageType }) => messageType)).toContain('TARGET_INVOCATION_FAILED');
    for (const { error } of failed) {
      expect(error?.message).toBe('long '.repeat(1_000).slice(0, 4_096));
      expect(error?.details).toHaveLength(4_096);
    }
  });
});
