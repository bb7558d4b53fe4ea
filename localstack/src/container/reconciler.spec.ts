import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { PageServer } from '../../../test/fixtures/page-server.js';
import { listenToLines, type Said } from '../../../test/fixtures/said.js';
import { resourcesIn } from '../../../libs/topology/src/system.js';
import { topology } from '../../../libs/topology/src/topology.js';
import { until } from '../child-process.js';
import { type Origin } from '../resource/local-system.js';
import { type Made } from '../resource/makers.js';
import { StartError } from '../start-error.js';
import { Reconciler, type ReconcilerOptions } from './reconciler.js';

const resources = resourcesIn(topology, 'dev');
const tableOfOurs = resources.find(({ kind }) => kind === 'table')!;
const queueOfOurs = resources.find(({ kind }) => kind === 'queue')!;
const [table, queue] = [`table ${tableOfOurs.name}`, `queue ${queueOfOurs.name}`];
const without = (what: string): string =>
  `LocalStack came back without ${what}; what they held is lost, they are made anew`;

describe('the reconciler', () => {
  let said: Said;
  let server: PageServer;
  /** What LocalStack says of itself. */
  let session: string;
  let hasStarted: boolean;
  let isAway: boolean;
  const seen = { looks: 0 };
  /** Takes calls and answers none. */
  let isFrozen: boolean;
  /** What making gives; an error is thrown. */
  let outcome: Origin | Error | 'never';
  let makes: number;
  /** How often it was said that LocalStack is gone. */
  let gone: number;
  /** On the same volume. */
  let another: () => Reconciler;
  let reconciler: Reconciler;
  let folder: string;

  const is = (what: string, holds: () => boolean): Promise<unknown> =>
    until(what, () => Promise.resolve(holds()), 10_000);
  const ready = (): Promise<unknown> =>
    is('not ready', () => reconciler.waitsFor === undefined && reconciler.session === session);
  const losses = (): unknown[] => messages().filter((line) => /^(WARN|ERROR)/.test(String(line)));
  const messages = (): unknown[] => said.lines.map(({ level, message }) => `${String(level)} ${String(message)}`);

  beforeEach(async () => {
    [session, hasStarted, isAway, isFrozen, outcome] = ['first', true, false, false, 'created'];
    [makes, gone] = [0, 0];
    said = listenToLines();
    server = new PageServer((incoming, outgoing) => {
      const page =
        incoming.url === '/_localstack/info' ? { session_id: session, version: '4' } : { completed: hasStarted };
      seen.looks += 1;
      if (isFrozen) return;
      outgoing.writeHead(isAway ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
    });
    await server.start();
    folder = mkdtempSync(join(tmpdir(), 'reconciler-'));
    const make: ReconcilerOptions['make'] = (onMade) => {
      makes += 1;
      if (outcome === 'never') return new Promise(() => undefined);
      if (outcome instanceof Error) return Promise.reject(outcome);
      const origin = outcome;
      const made = [tableOfOurs, queueOfOurs].map((each): Made => ({ resource: each, origin }));
      made.forEach(onMade);
      return Promise.resolve(made);
    };
    const onGone = (): void => void (gone += 1);
    another = () => new Reconciler({ service: 'aws', url: server.url, make, onGone, keptIn: folder });
    reconciler = another();
    reconciler.start();
  });
  afterEach(async () => {
    await reconciler.stop();
    await server.stop();
    said.stop();
    rmSync(folder, { recursive: true });
  });

  it('makes everything once for each start of LocalStack, and tells what a new start has lost', async () => {
    await ready();
    expect(messages()).toEqual([
      ...[`INFO ${table} created`, `INFO ${queue} created`],
      expect.stringMatching(/^INFO ready: 2 resources on LocalStack 4 in \d+ ms$/),
    ]);
    session = 'second';
    await ready();
    expect(makes).toBe(2);
    expect(losses()).toEqual([`WARN ${without(`${table}, ${queue}`)}`]);
  });

  it('says once that the start which was there is gone, also while nothing can be made on the next', async () => {
    await ready();
    expect(gone).toBe(0);
    [session, outcome] = ['second', new Error('no room')];
    await is('made once', () => makes >= 3);
    outcome = 'found';
    await ready();
    expect(gone).toBe(1);
  });

  it('says once that LocalStack is gone when nobody takes a connection, not when it has trouble', async () => {
    await ready();
    isAway = true;
    const more = (looks = seen.looks): Promise<unknown> => is('no more looks', () => seen.looks > looks + 3);
    await more();
    expect(gone).toBe(0);
    isAway = false;
    await ready();
    await server.stop();
    await is('not said', () => gone > 0);
    await server.start();
    await more();
    expect(gone).toBe(1);
  });

  it('tells after a start of its own which tables LocalStack has lost meanwhile, and nothing of what never lasts', async () => {
    await ready();
    await reconciler.stop();
    reconciler = another();
    reconciler.start();
    await ready();
    expect(losses()).toEqual([`WARN ${without(table)}`]);
  });

  it('is not kept from its work by a torn list of tables', async () => {
    await reconciler.stop();
    writeFileSync(join(folder, 'tables.json'), '["table');
    reconciler = another();
    reconciler.start();
    await ready();
    expect(losses()).toEqual([]);
  });

  it('tells of no loss where LocalStack kept everything', async () => {
    await ready();
    [session, outcome] = ['second', 'found'];
    await ready();
    await reconciler.stop();
    reconciler = another();
    reconciler.start();
    await ready();
    expect(losses()).toEqual([]);
  });

  it('is not ready while LocalStack starts, or cannot make something, whose words it says once', async () => {
    await ready();
    [session, hasStarted, outcome] = ['second', false, new Error('table "data": the key differs')];
    await is('not starting', () => reconciler.waitsFor === 'LocalStack (it is still starting)');
    expect(makes).toBe(1);
    hasStarted = true;
    await is('not tried again', () => makes >= 3);
    expect(reconciler.waitsFor).toBe('table "data": the key differs');
    expect(messages().filter((line) => line === 'ERROR table "data": the key differs')).toHaveLength(1);
    outcome = 'found';
    await ready();
    expect(messages().at(-1)).toMatch(/^INFO ready/);
  });

  it('tells what it made in the attempt that made it, and what it only finds in none', async () => {
    await ready();
    [session, outcome] = ['second', 'found'];
    await ready();
    [session, outcome] = ['third', 'updated'];
    await ready();
    expect(messages().filter((line) => !String(line).startsWith('INFO ready'))).toEqual([
      ...[`INFO ${table} created`, `INFO ${queue} created`],
      ...[`INFO ${table} updated`, `INFO ${queue} updated`],
    ]);
  });

  it('gives up on what no later attempt can mend, and leaves the reason to be said last', async () => {
    await ready();
    [session, outcome] = ['second', new StartError('table "data": the key differs')];
    expect(await reconciler.broken).toBe('table "data": the key differs');
    expect([reconciler.waitsFor, makes]).toEqual(['table "data": the key differs', 2]);
    const { looks } = seen;
    await reconciler.stop();
    expect(seen.looks).toBe(looks);
    expect(messages().filter((line) => /WARN|ERROR/.test(String(line)))).toEqual([]);
  });

  it('stops while LocalStack hangs, whether it is asked who it is or for resources', { timeout: 10_000 }, async () => {
    await ready();
    [session, outcome] = ['second', 'never'];
    await is('not making', () => makes === 2);
    await reconciler.stop();
    const again = new Reconciler({ service: 'aws', url: server.url, make: () => Promise.resolve([]) });
    const { looks } = seen;
    isFrozen = true;
    again.start();
    await is('not looked for', () => seen.looks > looks);
    const asked = performance.now();
    await again.stop();
    expect(performance.now() - asked).toBeLessThan(1_000);
  });

  it('takes a look that goes unanswered for a busy LocalStack, and three in a row for one that hangs', async () => {
    await ready();
    const unanswered = async (looks: number): Promise<void> => {
      const before = seen.looks;
      isFrozen = true;
      await is('not looked for', () => seen.looks === before + looks);
      isFrozen = false;
      // A look after one that failed asks for two pages.
      await is('not looked for again', () => seen.looks >= before + looks + 2);
    };
    for (const looks of [2, 1]) await unanswered(looks);
    expect([reconciler.waitsFor, losses()]).toEqual([undefined, []]);
    isFrozen = true;
    await is('not away', () => reconciler.waitsFor === 'LocalStack (The operation was aborted due to timeout)');
  });

  it('says once how many calls it has turned away, and wakes who waits for it', async () => {
    isAway = true;
    await is('not away', () => reconciler.waitsFor === 'LocalStack (status 500)');
    const waiting = reconciler.untilReady();
    for (let n = 0; n < 3; n++) reconciler.countRefused();
    isAway = false;
    await ready();
    await waiting;
    expect(reconciler.untilReady()).toBeUndefined();
    expect(messages().at(-1)).toMatch(/^INFO ready: 2 resources .*; 3 calls were refused meanwhile$/);
    session = 'second';
    await ready();
    expect(messages().at(-1)).not.toMatch(/refused/);
  });

  it('says once that LocalStack is away, and looks whether everything is there when it is back', async () => {
    await ready();
    [isAway, outcome] = [true, 'found'];
    await is('not away', () => reconciler.waitsFor === 'LocalStack (status 500)');
    const { looks } = seen;
    await is('not looked for', () => seen.looks >= looks + 2);
    isAway = false;
    await ready();
    expect(makes).toBe(2);
    expect(losses()).toEqual([
      expect.stringMatching(
        /^WARN LocalStack is away \(status 500\); calls get 503 until it is back; .*137 or 247.*LOCALSTACK_MEMORY/,
      ),
    ]);
  });
});
