/** What becomes of a pipe when it is created, started, changed, stopped and deleted. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { memoryCheckpoints } from './checkpoint.js';
import { type PipeChanges } from './pipe-changes.js';
import { createPipe } from './pipe.js';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { Failure, keysOf, pipeFrom, pipeOn, targetOf } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';

describe('a pipe that is changed', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.stop());

  it('is CREATING at once and RUNNING when its stream is found', async () => {
    const table = await emulator.table();
    const { target } = targetOf(() => undefined);
    const pipe = createPipe({
      name: 'new',
      source: { streamArn: table.streamArn, client: emulator.streams, startingPosition: 'TRIM_HORIZON' },
      target,
      checkpoints: memoryCheckpoints(),
    });
    expect(pipe.state).toBe('CREATING');
    expect(() => pipe.stop()).toThrow('Pipe new is CREATING and cannot stop now');
    expect(await pipe.settled()).toBe('RUNNING');
    await pipe.close();
  });

  it('is CREATE_FAILED with a reason when there is no such stream, and can only be deleted', async () => {
    const { target } = targetOf(() => undefined);
    const pipe = createPipe({
      name: 'lost',
      source: { streamArn: SCRIPTED_ARN, client: emulator.streams, startingPosition: 'TRIM_HORIZON' },
      target,
      checkpoints: memoryCheckpoints(),
    });
    expect(await pipe.settled()).toBe('CREATE_FAILED');
    expect(pipe.stateReason).toMatch(/^Stream not found/);
    expect(() => pipe.start()).toThrow(expect.objectContaining({ name: 'ConflictException' }));
    expect(await pipe.delete()).toBe('DELETING');
    expect(pipe.desiredState).toBe('DELETED');
  });

  it('created STOPPED reads nothing, yet LATEST means the time of its creation', async () => {
    const table = await emulator.table();
    await table.put('before');
    const { pipe, calls, log } = await pipeFrom(table, emulator, {
      desiredState: 'STOPPED',
      source: { startingPosition: 'LATEST' },
    });
    await table.put('while stopped');
    expect(pipe.state).toBe('STOPPED');
    await expect(pipe.drained()).rejects.toThrow('is STOPPED');
    expect(await pipe.start()).toBe('RUNNING');
    await pipe.drained();
    await pipe.stop();
    expect(keysOf(calls.flat())).toEqual(['while stopped']);
    expect(log.of('state').map(({ state }) => state)).toEqual([
      ...['CREATING', 'STOPPED', 'STARTING', 'RUNNING', 'STOPPING', 'STOPPED'],
    ]);
  });

  it('stopped and started goes on after its checkpoint', async () => {
    const table = await emulator.table();
    const { pipe, calls } = await pipeFrom(table, emulator);
    for (const key of ['a', 'b']) {
      await table.put(key);
      if (pipe.state === 'STOPPED') await pipe.start();
      await pipe.drained();
      await pipe.stop();
    }
    expect(calls.map(keysOf)).toEqual([['a'], ['b']]);
  });

  it('takes a new target, filter and batch size, and goes on where it was', async () => {
    const table = await emulator.table();
    const { pipe, calls, log } = await pipeFrom(table, emulator);
    await table.put('a');
    await pipe.drained();
    const next = targetOf(() => undefined);
    const changed = pipe.update({
      target: next.target,
      filters: [JSON.stringify({ dynamodb: { Keys: { PK: { S: [{ prefix: 'yes' }] } } } })],
      source: { batchSize: 1 },
    });
    expect(pipe.state).toBe('UPDATING');
    expect(() => pipe.update({})).toThrow('is UPDATING and cannot update now');
    expect(await changed).toBe('RUNNING');
    for (const key of ['yes-1', 'no', 'yes-2']) await table.put(key);
    await pipe.drained();
    expect(pipe.options.source.batchSize).toBe(1);
    await pipe.update({ source: {}, filters: undefined });
    expect([pipe.options.source.batchSize, pipe.options.filters]).toEqual([undefined, undefined]);
    await pipe.stop();
    expect(calls.map(keysOf)).toEqual([['a']]);
    expect(next.calls.map(keysOf)).toEqual([['yes-1'], ['yes-2']]);
    expect(log.of('state').map(({ state }) => state)).toContain('UPDATING');
  });

  it('mends by an update what a batch fails on', async () => {
    const table = await emulator.table();
    await table.put('a');
    const { pipe, log } = await pipeFrom(table, emulator, { answer: () => new Failure() });
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_FAILED', 3);
    const mended = targetOf(() => undefined);
    await pipe.update({ target: mended.target });
    await pipe.drained();
    await pipe.stop();
    expect(mended.calls.map(keysOf)).toEqual([['a']]);
  });

  it('stays STOPPED when it is updated, and follows the desired state that an update brings', async () => {
    const table = await emulator.table();
    const { pipe } = await pipeFrom(table, emulator);
    await pipe.stop();
    expect(await pipe.update({ source: { batchSize: 2 } })).toBe('STOPPED');
    expect(await pipe.update({ desiredState: 'RUNNING' })).toBe('RUNNING');
    expect(await pipe.update({ desiredState: 'STOPPED' })).toBe('STOPPED');
  });

  it('refuses to change its source, and what a pipe may not be, by name', async () => {
    const table = await emulator.table();
    const { pipe } = await pipeFrom(table, emulator);
    const refused: [object, string][] = [
      [{ source: { streamArn: SCRIPTED_ARN } }, 'Source'],
      [{ source: { startingPosition: 'LATEST' } }, 'SourceParameters.DynamoDBStreamParameters.StartingPosition'],
      [{ name: 'another' }, 'Name'],
      [{ filters: ['{'] }, 'SourceParameters.FilterCriteria.Filters'],
      [{ source: { batchSize: 0 } }, 'SourceParameters.DynamoDBStreamParameters.BatchSize'],
    ];
    for (const [changes, field] of refused) {
      expect(() => pipe.update(changes as PipeChanges)).toThrow(
        expect.objectContaining({ name: 'ValidationException', field }),
      );
      expect(pipe.state).toBe('RUNNING');
    }
    await pipe.stop();
  });

  it('forgets its checkpoint when it is deleted', async () => {
    const table = await emulator.table();
    await table.put('a');
    const checkpoints = memoryCheckpoints();
    const first = await pipeFrom(table, emulator, { checkpoints });
    await first.pipe.drained();
    await first.pipe.delete();
    expect(() => first.pipe.start()).toThrow('is DELETING');
    const second = await pipeFrom(table, emulator, { checkpoints });
    await second.pipe.drained();
    await second.pipe.stop();
    expect(second.calls.map(keysOf)).toEqual([['a']]);
  });

  it('can be started again after its source did not answer, and not after its stream was disabled', async () => {
    const stream = new ScriptedStream();
    stream.shard('shard').write(1, 'a');
    const client = await stream.start();
    const { pipe } = await pipeOn({ name: 'away', streamArn: SCRIPTED_ARN, client });
    await pipe.stop();
    stream.faults.push({ operation: 'DescribeStream', error: 'InternalServerError', status: 500 });
    expect(await pipe.start()).toBe('START_FAILED');
    expect(pipe.stateReason).toContain('InternalServerError');
    expect(await pipe.start()).toBe('RUNNING');
    await pipe.stop();
    stream.exists = false;
    expect(await pipe.start()).toBe('START_FAILED');
    stream.exists = true;
    expect(() => pipe.start()).toThrow('Stream not found');
    await stream.stop();
  });

  it('begins nothing any more when it is closed during an update', async () => {
    const table = await emulator.table();
    const { pipe, calls } = await pipeFrom(table, emulator);
    const updated = pipe.update({ source: { batchSize: 2 } });
    await pipe.close();
    await updated;
    await table.put('a');
    // With a session left behind this would deliver the record.
    await expect(pipe.drained()).rejects.toThrow('STOPPED');
    pipe.wake();
    await table.put('b');
    expect([pipe.state, calls]).toEqual(['STOPPED', []]);
  });

  it('ends all work when it is closed, in whatever state it is', async () => {
    const table = await emulator.table();
    await table.put('a');
    const { pipe, log } = await pipeFrom(table, emulator, { answer: () => new Failure() });
    await log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_FAILED');
    await pipe.close();
    await pipe.close();
    expect(() => pipe.start()).toThrow(expect.objectContaining({ name: 'ConflictException' }));
  });
});
