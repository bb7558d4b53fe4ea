/** What a pipe delivers and adds, and what pipes cost that have nothing to do. */
import {
  BatchWriteItemCommand,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
  type CreateTableCommandOutput,
} from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { memoryCheckpoints } from '../libs/pipes/src/checkpoint.js';
import { lambdaTarget } from '../libs/pipes/src/lambda-target.js';
import { startPipe, type Pipe } from '../libs/pipes/src/pipe.js';
import { CREDENTIALS, REGION } from '../localstack/src/account.js';
import { startDynoxide } from '../test/fixtures/dynoxide.js';
import { heading, median, pause, percentile, processTree, report } from './measure.js';

const RECORDS = 5_000;
const ROUNDS = 3;
const WRITERS = 4;
const SAMPLES = 300;
const PER_SECOND = 50;
const IDLE_PIPES = 100;
const IDLE_SECONDS = 5;
const TARGET = 'arn:aws:lambda:us-east-1:000000000000:function:nothing';

/** A table that streams, in an emulator that nothing else uses. */
interface Source {
  readonly tables: DynamoDBClient;
  readonly streams: DynamoDBStreamsClient;
  /** Makes another table; gives its stream's ARN. */
  create(table: string): Promise<string>;
  stop(): Promise<void>;
}

export async function benchPipes(): Promise<void> {
  await benchDelivery();
  await benchLatency();
  await benchIdlePipes();
}

async function benchDelivery(): Promise<void> {
  heading(`${RECORDS} records through a pipe, batches of 100, over writing them without one (${ROUNDS} rounds each)`);
  const rates = { written: [] as number[], delivered: [] as number[] };
  for (let round = 0; round < ROUNDS; round++) {
    rates.written.push(await within(async (source) => perSecond(() => writeAll(source, 'alone'))));
    rates.delivered.push(
      await within(async (source, streamArn) => {
        let delivered = 0;
        const pipe = await pipeTo(source, streamArn, (count) => (delivered += count));
        const rate = await perSecond(async () => {
          await writeAll(source, 'alone');
          await pipe.drained();
        });
        await pipe.close();
        if (delivered !== RECORDS) throw new Error(`${delivered} of ${RECORDS} records were delivered`);
        return rate;
      }),
    );
  }
  const [delivered, written] = [median(rates.delivered), median(rates.written)];
  report(
    `delivered/s ${Math.round(delivered)}, written/s ${Math.round(written)}`,
    (delivered / written).toFixed(2),
    '>= 0.9',
  );
}

async function benchLatency(): Promise<void> {
  heading(`From a record in the stream to the target's call, ${PER_SECOND} records/s`);
  const delays: number[] = [];
  await within(async (source, streamArn) => {
    const visibleAt = new Map<string, number>();
    const pipe = await pipeTo(source, streamArn, (_count, keys) => {
      for (const key of keys) delays.push(performance.now() - (visibleAt.get(key) ?? Number.NaN));
    });
    for (let n = 0; n < SAMPLES; n++) {
      const id = String(n);
      // The write's answer may come after its record is read: then nothing was added.
      visibleAt.set(id, performance.now());
      await source.tables.send(new PutItemCommand({ TableName: 'alone', Item: { id: { S: id } } }));
      visibleAt.set(id, performance.now());
      pipe.wake();
      await pause(1_000 / PER_SECOND);
    }
    await pipe.drained();
    await pipe.close();
    return 0;
  });
  report('p50', `${percentile(delays, 0.5).toFixed(1)} ms`, '<= 5 ms');
  report('p99', `${percentile(delays, 0.99).toFixed(1)} ms`, '<= 20 ms');
}

async function benchIdlePipes(): Promise<void> {
  heading(`${IDLE_PIPES} pipes with nothing to do, as the local stack polls them`);
  await within(async (source) => {
    const streams = await Promise.all(Array.from({ length: IDLE_PIPES }, (_, n) => source.create(`idle-${n}`)));
    globalThis.gc?.();
    const [memory, cpu] = [process.memoryUsage().rss, processTree(process.pid).cpuMs];
    const pipes = await Promise.all(streams.map((arn) => pipeTo(source, arn, () => undefined)));
    // Each has come to its longest pause by then.
    await pause(8_000);
    const started = processTree(process.pid).cpuMs;
    await pause(IDLE_SECONDS * 1_000);
    const used = processTree(process.pid).cpuMs - started;
    report('CPU with the emulator, share of one core', `${(used / (IDLE_SECONDS * 10)).toFixed(1)} %`);
    report('memory for all of them', `${((process.memoryUsage().rss - memory) / 2 ** 20).toFixed(0)} MB`);
    report('CPU to start them all', `${Math.round(started - cpu)} ms`);
    await Promise.all(pipes.map((pipe) => pipe.close()));
    return 0;
  });
}

/** Runs on a source of its own, as an emulator grows slower with what it keeps. */
async function within(run: (source: Source, streamArn: string) => Promise<number>): Promise<number> {
  const emulator = await startDynoxide();
  const client = { endpoint: emulator.origin, region: REGION, credentials: CREDENTIALS };
  const [tables, streams] = [new DynamoDBClient(client), new DynamoDBStreamsClient(client)];
  const source: Source = {
    tables,
    streams,
    create: async (TableName) => {
      const { TableDescription }: CreateTableCommandOutput = await tables.send(
        new CreateTableCommand({
          TableName,
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
          BillingMode: 'PAY_PER_REQUEST',
          StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_AND_OLD_IMAGES' },
        }),
      );
      return TableDescription?.LatestStreamArn ?? '';
    },
    stop: async () => {
      tables.destroy();
      streams.destroy();
      await emulator.stop();
    },
  };
  try {
    return await run(source, await source.create('alone'));
  } finally {
    await source.stop();
  }
}

const pipeTo = (
  { streams: client }: Source,
  streamArn: string,
  onBatch: (count: number, keys: readonly string[]) => void,
): Promise<Pipe> =>
  startPipe({
    name: streamArn.split('/')[1] ?? 'pipe',
    source: { streamArn, client, startingPosition: 'TRIM_HORIZON', batchSize: 100 },
    target: lambdaTarget({
      arn: TARGET,
      invoke: (payload) => {
        const events = JSON.parse(payload) as { dynamodb: { Keys: { id: { S: string } } } }[];
        onBatch(
          events.length,
          events.map(({ dynamodb }) => dynamodb.Keys.id.S),
        );
        return Promise.resolve({ statusCode: 200, payload: 'null' });
      },
    }),
    checkpoints: memoryCheckpoints(),
    poll: { idleMs: 250, restMs: 5_000 },
  });

async function writeAll({ tables }: Source, table: string): Promise<void> {
  let next = 0;
  const write = async (): Promise<void> => {
    while (next < RECORDS) {
      const first = next;
      next += 25;
      const puts = Array.from({ length: 25 }, (_, n) => ({ PutRequest: { Item: { id: { S: `${first + n}` } } } }));
      await tables.send(new BatchWriteItemCommand({ RequestItems: { [table]: puts } }));
    }
  };
  await Promise.all(Array.from({ length: WRITERS }, write));
}

async function perSecond(run: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await run();
  return (RECORDS * 1_000) / (performance.now() - started);
}
