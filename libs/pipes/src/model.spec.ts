/**
 * Random sequences of writes, failures, crashes, restarts, stops and starts against a reference model.
 * PIPES_MODEL_RUNS sets how many (default 1,000), PIPES_MODEL_SEED repeats a run.
 */
import { after, before, describe, it, type TestContext } from 'node:test';
import fc from 'fast-check';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { FILTERED, type Behaviour, type ModelledStream, type Sequence } from '../test/pipe-sequence.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';
import { play } from '../test/sequence-play.js';

const key = fc.constantFrom('a', 'b', 'c', 'd', FILTERED);
const behaviour = fc.constantFrom<Behaviour[]>(
  ...([
    'ok',
    'fail',
    'fail',
    'fail-late',
    'fail-late',
    'throttle',
    'partial',
    'crash-before',
    'crash-after',
    'crash-at-save',
  ] as const),
);

const sequences: fc.Arbitrary<Sequence> = fc.record({
  batchSize: fc.integer({ min: 1, max: 5 }),
  maximumRetryAttempts: fc.integer({ min: 0, max: 2 }),
  bisect: fc.boolean(),
  parallelizationFactor: fc.constantFrom(1, 1, 2, 4),
  deadLetters: fc.boolean(),
  steps: fc.array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc.record({ do: fc.constant('write' as const), key, count: fc.integer({ min: 1, max: 4 }) }),
      },
      {
        weight: 3,
        arbitrary: fc.record({
          do: fc.constant('behave' as const),
          next: fc.array(behaviour, { minLength: 1, maxLength: 5 }),
        }),
      },
      {
        weight: 3,
        arbitrary: fc.record({ do: fc.constant('turns' as const), count: fc.integer({ min: 1, max: 12 }) }),
      },
      {
        weight: 4,
        arbitrary: fc.record({ do: fc.constantFrom('split', 'drain', 'crash', 'restart', 'stop', 'start' as const) }),
      },
    ),
    { minLength: 3, maxLength: 16 },
  ),
});

const runs = Number(process.env['PIPES_MODEL_RUNS'] ?? 1_000);
const seed = Number(process.env['PIPES_MODEL_SEED'] ?? Math.floor(Math.random() * 2 ** 31));

describe('whatever happens to a pipe', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.stop());

  const check = (t: TestContext, numRuns: number, make: () => Promise<ModelledStream>): Promise<void> => {
    t.diagnostic(`PIPES_MODEL_SEED=${seed} PIPES_MODEL_RUNS=${numRuns}`);
    const property = fc.asyncProperty(sequences, async (sequence) => play(sequence, await make()));
    return fc.assert(property, { numRuns, seed, endOnFailure: false });
  };

  it('loses nothing, keeps the order of each key, and passes no undelivered record', (t) =>
    check(t, runs, () => Promise.resolve(scripted())));

  it('does so on dynoxide', (t) =>
    check(t, Math.ceil(runs / 20), async () => {
      const table = await emulator.table();
      let written = 0n;
      return {
        streamArn: table.streamArn,
        client: emulator.streams,
        write: (key, tell) => {
          written += 1n;
          // It has one shard and numbers its records from 1.
          tell({ shardId: `shardId-00000001-${table.name}`, sequence: written, key });
          return table.put(key, { At: { N: String(written) } });
        },
        split: () => undefined,
      };
    }));
});

/** Two shards in memory, of which the last one made may be split. */
function scripted(): ModelledStream {
  const stream = new ScriptedStream();
  const open = [stream.shard('shard-1'), stream.shard('shard-2')];
  let [sequence, shards] = [0n, 2];
  return {
    streamArn: SCRIPTED_ARN,
    client: stream.bare(),
    write: (key, tell) => {
      sequence += 1n;
      // A key has its shard, and after a split one of its children.
      const shard = open[key.charCodeAt(0) % open.length]!;
      tell({ shardId: shard.id, sequence, key });
      shard.write(sequence, key);
      return Promise.resolve();
    },
    split: () => {
      const [parent] = open;
      parent!.closed = true;
      open[0] = stream.shard(`shard-${(shards += 1)}`, parent!.id);
    },
  };
}
