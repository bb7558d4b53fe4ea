import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, it } from 'node:test';
import { DynamoDBClient, CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { expect } from 'expect';
import { memoryCheckpoints, type CheckpointStore } from '../../../libs/pipes/src/checkpoint.js';
import { LeaseLostError } from '../../../libs/pipes/src/lease.js';
import { type PipeOptions } from '../../../libs/pipes/src/pipe-options.js';
import { PipeValidationError } from '../../../libs/pipes/src/refusal.js';
import { startDynoxide, type Emulator } from '../../../test/fixtures/dynoxide.js';
import { CREDENTIALS, REGION } from '../account.js';
import { until } from '../child-process.js';
import { type PipeDefinition } from './pipe-definition.js';
import { PipeRegistry, type PipeRegistryOptions } from './pipe-registry.js';
import { PipeExistsError } from './registered-pipe.js';

const TARGET = 'arn:aws:lambda:us-east-1:000000000000:function:f';

describe('pipes that come back after a restart', () => {
  let emulator: Emulator;
  let folder: string;
  let definition: PipeDefinition;
  const at = (endpoint: string): object => ({ endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 });

  /** Where the source answers. */
  let endpoint: string;
  let checkpoints: CheckpointStore = memoryCheckpoints();
  let made: PipeRegistry[] = [];
  const gone = (): PipeValidationError => new PipeValidationError('Target', TARGET, 'there is no such function');
  const optionsOf = ({ Name, Source, DesiredState }: PipeDefinition): PipeOptions => ({
    name: Name,
    ...(DesiredState && { desiredState: DesiredState }),
    source: {
      streamArn: Source,
      client: new DynamoDBStreamsClient(at(endpoint)),
      startingPosition: 'TRIM_HORIZON',
    },
    filters: [],
    checkpoints,
    target: {
      ...{ arn: TARGET, kind: 'lambda', maxBatchSize: 10, maxPayloadBytes: 1_000_000, needsJson: false },
      invoke: () => Promise.resolve({ outcome: 'success' }),
    },
  });
  const registry = (more: Partial<PipeRegistryOptions> = {}): PipeRegistry => {
    const one = new PipeRegistry({
      ...{ folder, retryMs: 50, assertReachable: () => Promise.resolve() },
      optionsOf,
      ...more,
    });
    made.push(one);
    return one;
  };
  const stateOf = (pipes: PipeRegistry, name = 'mine'): string | undefined =>
    pipes.all().find(({ definition: { Name } }) => Name === name)?.pipe.state;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'registry-'));
    emulator = await startDynoxide();
    endpoint = emulator.origin;
    const tables = new DynamoDBClient(at(emulator.origin));
    const { TableDescription } = await tables.send(
      new CreateTableCommand({
        ...{ TableName: 'notes', BillingMode: 'PAY_PER_REQUEST' },
        AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    tables.destroy();
    definition = {
      ...{ Name: 'mine', Source: TableDescription?.LatestStreamArn ?? '', Target: TARGET },
      RoleArn: 'arn:aws:iam::000000000000:role/any',
      SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON' } },
    };
    const first = registry();
    await (await first.create(definition)).pipe.settled();
    await first.close();
  });

  afterEach(async () => {
    await Promise.all(made.map((each) => each.close()));
    made = [];
  });
  after(async () => {
    await emulator.stop();
    await rm(folder, { recursive: true });
  });

  it('are waited for while their source does not answer, and nobody is told that they are lost', async () => {
    endpoint = 'http://127.0.0.1:9';
    const failures: string[] = [];
    const again = registry({ retryMs: 60_000 });
    expect(again.isRestored).toBe(false);
    expect(await again.restore((name) => failures.push(name))).toBe(false);
    expect([again.isRestored, stateOf(again), failures]).toEqual([true, 'CREATING', []]);
    await expect(again.create(definition)).rejects.toThrow(PipeExistsError);
    endpoint = emulator.origin;
    expect(await again.restore((name) => failures.push(name))).toBe(true);
    expect(again.all().map(({ pipe }) => pipe.state)).toEqual(['RUNNING']);
    // Nothing is told of those that run here already.
    expect(await again.restore((name) => failures.push(name))).toBe(true);
    expect(failures).toEqual([]);
  });

  it('are told of once when what they name is gone, keep their names, and come back with it', async () => {
    const failures: string[] = [];
    let isThere = false;
    const again = registry({ assertReachable: () => (isThere ? Promise.resolve() : Promise.reject(gone())) });
    for (let n = 0; n < 2; n++) expect(await again.restore((_name, reason) => failures.push(reason))).toBe(true);
    expect(failures).toEqual([expect.stringContaining('there is no such function')]);
    const { pipe } = again.get('mine');
    expect([pipe.state, pipe.stateReason]).toEqual(['CREATE_FAILED', failures[0]]);
    await again.tag(pipe.arn, () => ({ kept: 'yes' }));
    isThere = true;
    await until('the pipe is not back', () => Promise.resolve(stateOf(again) === 'RUNNING'), 5_000);
    expect(again.get('mine').tags).toEqual({ kept: 'yes' });
  });

  it('keep their names from the first look on', async () => {
    let asked: () => void = () => undefined;
    const isAsked = new Promise<void>((resolve) => (asked = resolve));
    const again = registry({ assertReachable: () => new Promise(() => asked()) });
    void again.restore(() => undefined);
    await isAsked;
    expect(stateOf(again)).toBe('CREATING');
    expect(again.isRestored).toBe(false);
  });

  it('do not come back once the registry is closed, which waits for nobody', async () => {
    const reached = Promise.withResolvers<void>();
    const again = registry({ assertReachable: () => reached.promise });
    const restored = again.restore(() => undefined);
    await until('it has no name', () => Promise.resolve(stateOf(again) === 'CREATING'), 5_000);
    await again.close();
    reached.resolve();
    expect(await restored).toBe(false);
    expect(stateOf(again)).toBe('CREATING');
  });

  it('come back also where a file beside theirs is damaged, or cannot be read', async () => {
    const failures: string[] = [];
    await writeFile(join(folder, 'a-null.json'), 'null');
    await writeFile(join(folder, 'a-torn.json'), '{"definition":');
    await mkdir(join(folder, 'a-folder.json'));
    const again = registry();
    expect(await again.restore((name) => failures.push(name))).toBe(false);
    expect([failures.sort(), stateOf(again)]).toEqual([['a-folder', 'a-null', 'a-torn'], 'RUNNING']);
    for (const name of failures) await rm(join(folder, `${name}.json`), { recursive: true });
  });

  it('are not written by a runner that has lost its lease', async () => {
    let isLost = false;
    const again = registry({
      assertMayWrite: () => (isLost ? Promise.reject(new LeaseLostError(1)) : Promise.resolve()),
    });
    await again.restore(() => undefined);
    const files = async (): Promise<string[]> =>
      Promise.all((await readdir(folder)).map((file) => readFile(join(folder, file), 'utf8')));
    const before = await files();
    isLost = true;
    await expect(again.create({ ...definition, Name: 'late' })).rejects.toThrow(LeaseLostError);
    await expect(again.setDesired('mine', 'STOPPED')).rejects.toThrow(LeaseLostError);
    await again.get('mine').pipe.settled();
    await expect(again.delete('mine')).rejects.toThrow(LeaseLostError);
    await until('the pipe is still there', () => Promise.resolve(stateOf(again) === undefined), 5_000);
    expect(await files()).toEqual(before);
  });

  it('do not come back when the stack ended while they were deleted, and are deleted to the end', async () => {
    const removed: string[] = [];
    checkpoints = { ...memoryCheckpoints(), remove: () => new Promise(() => undefined) };
    const cutOff = registry();
    await cutOff.restore(() => undefined);
    // Its end waits for the deletion, as that of a process does not.
    made = [];
    expect((await cutOff.delete('mine')).stateThen).toBe('DELETING');
    // A change that comes meanwhile does not bring it back either.
    await cutOff.tag(cutOff.get('mine').pipe.arn, () => ({ late: 'yes' }));
    checkpoints = { ...memoryCheckpoints(), remove: ({ pipeArn }) => Promise.resolve(void removed.push(pipeArn)) };
    const again = registry({
      assertReachable: () => Promise.reject(gone()),
      optionsOf: (asked) => {
        if (asked.Target === TARGET) throw gone();
        return optionsOf(asked);
      },
    });
    expect(await again.restore((_name, reason) => removed.push(reason))).toBe(true);
    await until('the pipe is still there', () => Promise.resolve(again.all().length === 0), 5_000);
    expect(removed).toEqual([expect.stringMatching(/:pipe\/mine$/)]);
    await until('its file is still there', async () => (await readdir(folder)).length === 0, 5_000);
  });

  it('are deleted also while what they name is gone', async () => {
    checkpoints = memoryCheckpoints();
    const first = registry();
    await (await first.create(definition)).pipe.settled();
    await first.close();
    const again = registry({ assertReachable: () => Promise.reject(gone()) });
    await again.restore(() => undefined);
    expect((await again.delete('mine')).stateThen).toBe('DELETING');
    await until('the pipe is still there', () => Promise.resolve(again.all().length === 0), 5_000);
    expect(await readdir(folder)).toEqual([]);
  });
});
