import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { PageServer } from '../../../test/fixtures/page-server.js';
import { listenToLines, type Said } from '../../../test/fixtures/said.js';
import { resourcesIn } from '../../../libs/topology/src/system.js';
import { topology } from '../../../libs/topology/src/topology.js';
import { until } from '../child-process.js';
import { type Origin } from '../resource/local-system.js';
import { type Made } from '../resource/makers.js';
import { Reconciler } from './reconciler.js';

const [resource] = resourcesIn(topology, 'dev').filter(({ kind }) => kind === 'table');
const table = `table ${resource?.name}`;

describe('the reconciler', () => {
  let said: Said;
  let server: PageServer;
  /** What LocalStack says of itself. */
  let session: string;
  let hasStarted: boolean;
  let isAway: boolean;
  const seen = { looks: 0 };
  /** What making gives; an error is thrown. */
  let outcome: Origin | Error;
  let makes: number;
  let reconciler: Reconciler;

  const is = (what: string, holds: () => boolean): Promise<unknown> =>
    until(what, () => Promise.resolve(holds()), 10_000);
  const ready = (): Promise<unknown> =>
    is('not ready', () => reconciler.waitsFor === undefined && reconciler.session === session);
  const messages = (): unknown[] => said.lines.map(({ level, message }) => `${String(level)} ${String(message)}`);

  beforeEach(async () => {
    [session, hasStarted, isAway, outcome, makes] = ['first', true, false, 'created', 0];
    said = listenToLines();
    server = new PageServer((incoming, outgoing) => {
      const page =
        incoming.url === '/_localstack/info' ? { session_id: session, version: '4' } : { completed: hasStarted };
      seen.looks += 1;
      outgoing.writeHead(isAway ? 500 : 200, { 'content-type': 'application/json' }).end(JSON.stringify(page));
    });
    await server.start();
    reconciler = new Reconciler({
      ...{ service: 'aws', url: server.url },
      make: (onMade) => {
        makes += 1;
        if (outcome instanceof Error) return Promise.reject(outcome);
        if (resource === undefined) return Promise.reject(new Error('the topology has no table'));
        const made: Made = { resource, origin: outcome };
        onMade(made);
        return Promise.resolve([made]);
      },
    });
    reconciler.start();
  });
  afterEach(async () => {
    await reconciler.stop();
    await server.stop();
    said.stop();
  });

  it('makes everything once for each start of LocalStack, and tells what a new start has lost', async () => {
    await ready();
    expect(messages()).toEqual([
      `INFO ${table} created`,
      expect.stringMatching(/^INFO ready: 1 resources on LocalStack 4 in \d+ ms$/),
    ]);
    session = 'second';
    await ready();
    expect(makes).toBe(2);
    expect(messages().at(3)).toBe(
      `WARN LocalStack came back without ${table}; what they held is lost, they are made anew`,
    );
  });

  it('tells of no loss where LocalStack kept everything', async () => {
    await ready();
    [session, outcome] = ['second', 'found'];
    await ready();
    expect(messages().filter((line) => /WARN|ERROR/.test(String(line)))).toEqual([]);
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

  it('says once that LocalStack is away, and looks whether everything is there when it is back', async () => {
    await ready();
    [isAway, outcome] = [true, 'found'];
    await is('not away', () => reconciler.waitsFor === 'LocalStack (status 500)');
    const { looks } = seen;
    await is('not looked for', () => seen.looks >= looks + 2);
    isAway = false;
    await ready();
    expect(makes).toBe(2);
    const isLoss = (line: unknown): boolean => /^(WARN|ERROR)/.test(String(line));
    expect(messages().filter(isLoss)).toEqual(['WARN LocalStack is away (status 500); calls get 503 until it is back']);
  });
});
