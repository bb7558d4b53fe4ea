/** A term of one runner of pipes: what it makes, what it waits for, what it answers, and how it ends. */
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { ListPipesCommand } from '@aws-sdk/client-pipes';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { type PipesRunner } from '../../../test/fixtures/pipes-runner.js';
import { listenToLines, type Said } from '../../../test/fixtures/said.js';
import { TermStack } from '../../../test/fixtures/term-stack.js';
import { until } from '../child-process.js';

/** A stop that waits for nothing has ended long before. */
const QUIET_MS = 300;
const STARTED = 'pipe copy started';
const LACK = 'pipe "copy": its table has no stream.';

describe('a term of a runner of pipes', () => {
  let terms: TermStack;
  before(async () => {
    terms = await TermStack.start();
  });
  after(() => terms.stop());
  let said: Said;
  beforeEach(() => {
    said = listenToLines();
  });
  afterEach(async () => {
    await terms.reset();
    said.stop();
  });

  const waitsFor = (runner: PipesRunner, what: string): Promise<void> =>
    until(`it does not wait for ${what}`, () => Promise.resolve(runner.term.waitsFor === what), 15_000);
  const startedAgain = async (runner: PipesRunner): Promise<void> => {
    const starts = (): unknown[] => said.lines.filter(({ message }) => message === STARTED);
    await until('not started again', () => Promise.resolve(starts().length === 2), 10_000);
    await runner.ready();
    await terms.put('wanted-1');
    await runner.hasSent('wanted-1');
  };

  it('waits for the endpoint, then for what the declared pipes lack, and says which it is', async () => {
    await terms.deleteTable();
    const runner = await terms.run(await terms.lease(), 'LocalStack');
    await until('not asked twice', () => Promise.resolve(runner.looks >= 2), 10_000);
    expect(runner.term.waitsFor).toBe('the AWS endpoint');
    await expect(runner.pipes.send(new ListPipesCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 503 },
    });
    runner.endpointWaitsFor = undefined;
    await waitsFor(runner, LACK);
    const { looks } = runner;
    await until('not tried again', () => Promise.resolve(runner.looks >= looks + 2), 10_000);
    await terms.makeTable();
    await runner.ready();
    await terms.put('wanted-1');
    await runner.hasSent('wanted-1');
    expect(said.lines.filter(({ message }) => message === LACK)).toHaveLength(1);
  });

  it('starts a declared pipe again whose table was made anew for another start of LocalStack', async () => {
    const runner = await terms.started();
    await terms.deleteTable();
    await terms.makeTable();
    runner.session = 'second';
    await startedAgain(runner);
  });

  it('starts a declared pipe again that has lost its stream, once there is another one', async () => {
    const runner = await terms.started();
    await terms.deleteTable();
    runner.ring();
    await waitsFor(runner, LACK);
    await terms.makeTable();
    await startedAgain(runner);
  });

  it('answers the API of pipes and that of dead letters, and keeps a pipe made by hand for the next term', async () => {
    const runner = await terms.started();
    expect(await terms.create(runner, 'byhand')).toMatchObject({ Name: 'byhand', DesiredState: 'RUNNING' });
    await terms.hasState(runner, 'byhand', 'RUNNING');
    await runner.term.stop();
    await runner.lease.release();
    const next = await terms.started();
    await terms.hasState(next, 'byhand', 'RUNNING');
    await terms.put('by hand');
    const { Messages } = await terms.clients.queues.send(
      new ReceiveMessageCommand({ QueueUrl: terms.inboxUrl, WaitTimeSeconds: 10 }),
    );
    expect(Messages?.map(({ Body }) => Body)).toEqual(['"by hand"']);
    const letters = await fetch(`${next.url}/_tabletop/pipes/byhand/dead-letters`);
    expect([letters.status, await letters.json()]).toEqual([200, []]);
  });

  it('stops once the delivery under way has ended, and leaves what comes after it to the next term', async () => {
    const runner = await terms.started();
    const letGo = runner.hold();
    await terms.put('wanted-1');
    await runner.hasSent('wanted-1');
    const stopping = runner.term.stop().then(() => 'stopped');
    await terms.put('wanted-2');
    expect(await Promise.race([stopping, delay(QUIET_MS, 'delivers')])).toBe('delivers');
    letGo();
    await stopping;
    await runner.lease.release();
    const next = await terms.started();
    await next.hasSent('wanted-2');
    expect([runner.sent, next.sent]).toEqual([['wanted-1'], ['wanted-2']]);
  });
});
