import { join } from 'node:path';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { DeleteTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import * as Pipes from '@aws-sdk/client-pipes';
import { ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { filesIn, leaseIn, PipesRunner } from '../../../test/fixtures/pipes-runner.js';
import { listenToLines, type Said } from '../../../test/fixtures/said.js';
import { temporaryFolder } from '../../../test/local/folder.js';
import { type Lease } from '../../../libs/pipes/src/lease.js';
import { handlerFunction, queue, singleTable } from '../../../libs/topology/src/construct.js';
import { pipe } from '../../../libs/topology/src/pipe.js';
import { physicalName, system } from '../../../libs/topology/src/system.js';
import { CREDENTIALS, queueArn, queueUrl, REGION } from '../account.js';
import { until } from '../child-process.js';
import { startLocalStack, type LocalStack } from '../local-stack.js';
import { describeTable, makeTable } from '../resource/table-maker.js';

const things = singleTable('things', { stream: 'NEW_IMAGE' });
const inbox = queue('inbox');
const worker = handlerFunction('worker', { entry: 'worker' });
const copy = pipe('copy', {
  ...{ source: things, target: worker, startingPosition: 'LATEST', batch: 1 },
  filter: [{ dynamodb: { Keys: { PK: { S: [{ prefix: 'wanted' }] } } } }],
});
const topology = system('term', { pipes: [copy], also: [inbox] });
const nameOf = physicalName.bind(undefined, topology, 'dev');
const TableName = nameOf(things);
const STARTED = 'pipe copy started';
const LACK = 'pipe "copy": its table has no stream.';

describe('a term of a runner of pipes', () => {
  let stack: LocalStack;
  let tables: DynamoDBClient;
  let queues: SQSClient;
  let said: Said;
  let dataDir: string;
  let leases: Lease[];
  let runners: PipesRunner[];

  const put = async (...keys: string[]): Promise<void> => {
    for (const key of keys)
      await tables.send(new PutItemCommand({ TableName, Item: { PK: { S: key }, SK: { S: 'x' } } }));
    for (const runner of runners) runner.ring();
  };
  const makeThings = (): Promise<unknown> =>
    makeTable(things, { clients: { tables }, physicalName: nameOf, wayToEmpty: '' } as never);
  const streamArn = async (): Promise<string> => (await describeTable(tables, TableName))?.LatestStreamArn ?? '';
  const kept = (folder: string): Record<string, string> => filesIn(join(dataDir, folder));
  const lease = async (): Promise<Lease> => {
    const taken = await leaseIn(join(dataDir, 'leases'), leases.length === 0);
    leases.push(taken);
    return taken;
  };
  const run = async (held: Lease, waitsFor?: string): Promise<PipesRunner> => {
    const upstream = stack.awsUrl;
    const runner = await PipesRunner.start({ topology, dataDir, lease: held, upstream, ...(waitsFor && { waitsFor }) });
    runners.push(runner);
    return runner;
  };
  const started = async (): Promise<PipesRunner> => (await run(await lease())).ready();
  const create = async (runner: PipesRunner, Name: string): Promise<Pipes.CreatePipeResponse> =>
    runner.pipes.send(
      new Pipes.CreatePipeCommand({
        ...{ Name, RoleArn: 'arn:aws:iam::000000000000:role/pipes', Source: await streamArn() },
        ...{ Target: queueArn(nameOf(inbox)), TargetParameters: { InputTemplate: '"<$.dynamodb.Keys.PK.S>"' } },
        SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'LATEST' } },
      }),
    );
  const hasState = (runner: PipesRunner, Name: string, state: Pipes.PipeState): Promise<void> =>
    until(
      `${Name} is not ${state}`,
      async () => (await runner.pipes.send(new Pipes.DescribePipeCommand({ Name }))).CurrentState === state,
      10_000,
    );

  const waitsFor = (runner: PipesRunner, what: string): Promise<void> =>
    until(`it does not wait for ${what}`, () => Promise.resolve(runner.term.waitsFor === what), 15_000);
  const startedAgain = async (runner: PipesRunner): Promise<void> => {
    const starts = (): unknown[] => said.lines.filter(({ message }) => message === STARTED);
    await until('not started again', () => Promise.resolve(starts().length === 2), 10_000);
    await runner.ready();
    await put('wanted-1');
    await runner.hasSent('wanted-1');
  };

  before(async () => {
    const root = temporaryFolder({ 'worker/lambda.mjs': 'export const handler = async () => undefined;' });
    stack = await startLocalStack({ topology: system('term', { also: [things, inbox, worker] }), root });
    const access = { endpoint: stack.awsUrl, region: REGION, credentials: CREDENTIALS };
    [tables, queues] = [new DynamoDBClient(access), new SQSClient(access)];
  });
  after(async () => {
    for (const client of [tables, queues]) client.destroy();
    await stack.stop();
  });
  beforeEach(() => {
    [dataDir, leases, runners] = [temporaryFolder(), [], []];
    said = listenToLines();
  });
  afterEach(async () => {
    await Promise.all(runners.map((runner) => runner.stop()));
    said.stop();
    await Promise.all(leases.map((each) => each.release()));
  });

  it('waits for the endpoint, then for what the declared pipes lack, and says which it is', async () => {
    await tables.send(new DeleteTableCommand({ TableName }));
    const runner = await run(await lease(), 'LocalStack');
    await until('not asked twice', () => Promise.resolve(runner.looks >= 2), 10_000);
    expect(runner.term.waitsFor).toBe('the AWS endpoint');
    await expect(runner.pipes.send(new Pipes.ListPipesCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 503 },
    });
    runner.endpointWaitsFor = undefined;
    await waitsFor(runner, LACK);
    const { looks } = runner;
    await until('not tried again', () => Promise.resolve(runner.looks >= looks + 2), 10_000);
    await makeThings();
    await runner.ready();
    await put('wanted-1');
    await runner.hasSent('wanted-1');
    expect(said.lines.filter(({ message }) => message === LACK)).toHaveLength(1);
  });

  it('starts a declared pipe again whose table was made anew for another start of LocalStack', async () => {
    const runner = await started();
    await tables.send(new DeleteTableCommand({ TableName }));
    await makeThings();
    runner.session = 'second';
    await startedAgain(runner);
  });

  it('starts a declared pipe again that has lost its stream, once there is another one', async () => {
    const runner = await started();
    await tables.send(new DeleteTableCommand({ TableName }));
    runner.ring();
    await waitsFor(runner, LACK);
    await makeThings();
    await startedAgain(runner);
  });

  it('answers the API of pipes and that of dead letters, and keeps a pipe made by hand for the next term', async () => {
    const runner = await started();
    expect(await create(runner, 'byhand')).toMatchObject({ Name: 'byhand', DesiredState: 'RUNNING' });
    await hasState(runner, 'byhand', 'RUNNING');
    await runner.term.stop();
    await runner.lease.release();
    const next = await started();
    await hasState(next, 'byhand', 'RUNNING');
    await put('by hand');
    const QueueUrl = queueUrl(stack.awsUrl, nameOf(inbox));
    const { Messages } = await queues.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 10 }));
    expect(Messages?.map(({ Body }) => Body)).toEqual(['"by hand"']);
    const letters = await fetch(`${next.url}/_tabletop/pipes/byhand/dead-letters`);
    expect([letters.status, await letters.json()]).toEqual([200, []]);
  });

  it('stops once the delivery under way has ended, and leaves what comes after it to the next term', async () => {
    const runner = await started();
    const letGo = runner.hold();
    await put('wanted-1');
    await runner.hasSent('wanted-1');
    let hasStopped = false;
    const stopping = runner.term.stop().then(() => (hasStopped = true));
    await put('wanted-2');
    await stack.journal.expectNone(() => hasStopped);
    expect(hasStopped).toBe(false);
    letGo();
    await stopping;
    await runner.lease.release();
    const next = await started();
    await next.hasSent('wanted-2');
    expect([runner.sent, next.sent]).toEqual([['wanted-1'], ['wanted-2']]);
  });

  describe('whose lease was taken over, and that does not know it', () => {
    let old: PipesRunner;
    beforeEach(async () => {
      old = await started();
    });

    it('delivers nothing more', async () => {
      await put('wanted-1');
      await old.hasSent('wanted-1');
      const taken = await lease();
      expect([old.term.isHeld, taken.fence > old.term.fence]).toEqual([true, true]);
      await put('wanted-2');
      await old.refused();
      const next = await (await run(taken)).ready();
      await next.hasSent('wanted-2');
      await old.term.stop();
      expect([old.sent, old.term.isHeld]).toEqual([['wanted-1'], false]);
    });

    it('does not move the checkpoint back when a delivery ends late', async () => {
      const letGo = old.hold();
      await put('wanted-1');
      await old.hasSent('wanted-1');
      const next = await started();
      await put('wanted-2', 'wanted-3');
      await next.hasSent('wanted-3');
      await next.term.stop();
      const checkpoints = kept('checkpoints');
      letGo();
      await old.refused();
      await old.term.stop();
      expect(kept('checkpoints')).toEqual(checkpoints);
      await next.lease.release();
      const third = await started();
      await put('wanted-4');
      await third.hasSent('wanted-4');
      expect(third.sent).toEqual(['wanted-4']);
    });

    it('does not move the checkpoint on past records that the filter drops', async () => {
      const next = await started();
      await next.term.stop();
      const checkpoints = kept('checkpoints');
      expect(Object.keys(checkpoints)).toHaveLength(1);
      await put('dropped');
      await old.refused();
      await old.term.stop();
      expect(kept('checkpoints')).toEqual(checkpoints);
    });

    it('neither makes, changes nor deletes a pipe that is kept', async () => {
      await create(old, 'byhand');
      await hasState(old, 'byhand', 'RUNNING');
      const definitions = kept('pipes');
      expect(Object.keys(definitions)).toEqual([join(dataDir, 'pipes', 'byhand.json')]);
      await lease();
      const resourceArn = `arn:aws:pipes:${REGION}:000000000000:pipe/byhand`;
      const changes = [
        () => create(old, 'another'),
        () => old.pipes.send(new Pipes.TagResourceCommand({ resourceArn, tags: { colour: 'blue' } })),
        () => old.pipes.send(new Pipes.DeletePipeCommand({ Name: 'byhand' })),
      ];
      for (const change of changes)
        await expect(change()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
      await old.term.stop();
      expect(kept('pipes')).toEqual(definitions);
    });
  });
});
