/** Catalogue b20, 39 and 40: input templates in a running pipe. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { enrichmentBy, ENRICHMENT_ARN } from '../test/enrichment-fixture.js';
import { ManualClock } from '../test/manual-clock.js';
import { deadLetters, FUNCTION_ARN, pipeFrom } from '../test/pipe-fixture.js';

const KEY = '<$.dynamodb.Keys.PK.S>';

describe('the input templates of a pipe', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  it('39 template applied per record', async () => {
    const table = await dynoxide.table();
    for (const key of ['a', 'b', 'c']) await table.put(key);
    const targetParameters = { inputTemplate: `{"key": ${KEY}}` };
    const { pipe, calls, log } = await pipeFrom(table, dynoxide, { targetParameters });
    await pipe.drained();
    await pipe.stop();
    expect(calls).toEqual([[{ key: 'a' }, { key: 'b' }, { key: 'c' }]]);
    expect(log.steps).toEqual([
      'EXECUTION_STARTED',
      'TARGET_STAGE_ENTERED',
      'TARGET_TRANSFORMATION_STARTED',
      'TARGET_TRANSFORMATION_SUCCEEDED',
      'TARGET_INVOCATION_STARTED',
      'TARGET_INVOCATION_SUCCEEDED',
      'TARGET_STAGE_SUCCEEDED',
      'EXECUTION_SUCCEEDED',
    ]);
  });

  it('40 ingestion-time differs between the two transformers', async () => {
    const clock = new ManualClock(Date.parse('2026-03-08T12:00:00Z'));
    const table = await dynoxide.table();
    await table.put('a');
    const { enrichment } = enrichmentBy((batch) => {
      clock.advance(1_500);
      return batch;
    });
    const inputTemplate = '{"by":<aws.pipes.enrichment-arn>,"at":<aws.pipes.event.ingestion-time>,"before":<$.at>}';
    const { pipe, calls } = await pipeFrom(table, dynoxide, {
      clock,
      enrichment,
      enrichmentParameters: { inputTemplate },
      targetParameters: { inputTemplate },
    });
    await pipe.drained();
    await pipe.stop();
    const [at, before] = ['2026-03-08T12:00:01.500Z', '2026-03-08T12:00:00.000Z'];
    expect(calls).toEqual([[{ by: ENRICHMENT_ARN, at, before }]]);
  });

  it('give the target template what the enrichment returned', async () => {
    const table = await dynoxide.table();
    await table.put('a');
    const { enrichment, calls: enriched } = enrichmentBy(() => [{ name: 'one' }, { name: 'two' }]);
    const { pipe, calls } = await pipeFrom(table, dynoxide, {
      enrichment,
      enrichmentParameters: { inputTemplate: `{"key":${KEY}}` },
      targetParameters: { inputTemplate: '{"named":<$.name>,"source":<aws.pipes.event>}' },
    });
    await pipe.drained();
    await pipe.stop();
    expect(enriched).toEqual([[{ key: 'a' }]]);
    expect(calls).toEqual([
      [
        { named: 'one', source: { name: 'one' } },
        { named: 'two', source: { name: 'two' } },
      ],
    ]);
  });

  it('fail the whole batch when the result is not JSON for a function', async () => {
    const table = await dynoxide.table();
    for (const key of ['good', 'say "no"']) await table.put(key);
    const deadLetter = deadLetters();
    const { pipe, calls, log } = await pipeFrom(table, dynoxide, {
      source: { maximumRetryAttempts: 1, deadLetter },
      targetParameters: { inputTemplate: `{"key":"${KEY}"}` },
    });
    await pipe.drained();
    await pipe.stop();
    expect([calls, deadLetter.bodies.length]).toEqual([[], 1]);
    expect(log.steps.slice(0, 6)).toEqual([
      'EXECUTION_STARTED',
      'TARGET_STAGE_ENTERED',
      'TARGET_TRANSFORMATION_STARTED',
      'TARGET_TRANSFORMATION_FAILED',
      'TARGET_STAGE_FAILED',
      'EXECUTION_FAILED',
    ]);
    const failed = log.of('execution').find(({ messageType }) => messageType === 'TARGET_TRANSFORMATION_FAILED');
    expect(failed?.error?.message).toBe(
      'Event 2 of 2 cannot be transformed: the template\'s result is not JSON: {"key":"say "no""}',
    );
  });

  it('fail the enrichment stage when its template makes no JSON', async () => {
    const table = await dynoxide.table();
    await table.put('a');
    const enricher = enrichmentBy((batch) => batch);
    const { pipe, log } = await pipeFrom(table, dynoxide, {
      source: { maximumRetryAttempts: 0 },
      enrichment: enricher.enrichment,
      enrichmentParameters: { inputTemplate: 'free text' },
    });
    await pipe.drained();
    await pipe.stop();
    expect(enricher.calls).toEqual([]);
    expect(log.steps).toEqual([
      'EXECUTION_STARTED',
      'ENRICHMENT_STAGE_ENTERED',
      'ENRICHMENT_TRANSFORMATION_STARTED',
      'ENRICHMENT_TRANSFORMATION_FAILED',
      'ENRICHMENT_STAGE_FAILED',
      'EXECUTION_FAILED',
    ]);
  });

  it('tell which variables have no value', async () => {
    const table = await dynoxide.table();
    for (const key of ['a', 'b']) await table.put(key);
    const { pipe, calls, log } = await pipeFrom(table, dynoxide, {
      targetParameters: { inputTemplate: `{"key":${KEY},"old":<$.dynamodb.OldImage>,"odd":<$.a..b>}` },
    });
    await pipe.drained();
    await pipe.stop();
    expect(calls).toEqual([[{ key: 'a' }, { key: 'b' }]]);
    expect(log.of('warning')).toEqual([
      { type: 'warning', subject: 'template', message: '<$.a..b> is neither a path that Pipes understands nor a reserved variable' }, // prettier-ignore
      { type: 'warning', subject: 'template', message: 'target: <$.dynamodb.OldImage> has no value in 2 of 2 events' },
      { type: 'warning', subject: 'template', message: 'target: <$.a..b> has no value in 2 of 2 events' },
    ]);
  });

  it('take an empty template as none, and refuse one of 8,193 characters', async () => {
    const table = await dynoxide.table();
    await table.put('a');
    const { pipe, calls } = await pipeFrom(table, dynoxide, { targetParameters: { inputTemplate: '' } });
    await pipe.drained();
    await pipe.stop();
    expect(calls).toMatchObject([[{ eventName: 'INSERT' }]]);
    const tooLong = pipeFrom(table, dynoxide, { targetParameters: { inputTemplate: 'x'.repeat(8_193) } });
    await expect(tooLong).rejects.toMatchObject({
      name: 'ValidationException',
      field: 'TargetParameters.InputTemplate',
      rule: 'it must have at most 8192 characters, not 8193',
    });
    const unused = pipeFrom(table, dynoxide, { enrichmentParameters: { inputTemplate: '{}' } });
    await expect(unused).rejects.toMatchObject({ field: 'EnrichmentParameters', rule: 'the pipe has no enrichment' });
  });

  it('know the target by its ARN', async () => {
    const table = await dynoxide.table();
    await table.put('a');
    const inputTemplate = '{"to":<aws.pipes.target-arn>,"pipe":<aws.pipes.pipe-arn>,"from":<aws.pipes.source-arn>}';
    const { pipe, calls } = await pipeFrom(table, dynoxide, { targetParameters: { inputTemplate } });
    await pipe.drained();
    await pipe.stop();
    expect(calls).toEqual([
      [{ to: FUNCTION_ARN, pipe: pipe.arn, from: expect.stringContaining(':us-east-1:000000000000:table/') }],
    ]);
  });
});
