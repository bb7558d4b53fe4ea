/** Events given ahead to a busy instance: each runs once, alone, and never waits behind one that takes its time. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { Journal } from '../journal.js';
import { FunctionPool, type Invocation } from './function-pool.js';

const HANDLER = `
import { appendFileSync } from 'node:fs';
let running = 0;
export const handler = async (event) => {
  appendFileSync(process.env.RUNS, event.id + '\\n');
  running += 1;
  const together = running;
  if (event.blockMs) for (const end = Date.now() + event.blockMs; Date.now() < end; );
  if (event.sleepMs) await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
  if (event.exit) process.exit(1);
  running -= 1;
  return { id: event.id, together, pid: process.pid, at: Date.now() };
};`;

interface Answer {
  id: string;
  together: number;
  pid: number;
  at: number;
}

describe('a function pool', () => {
  const folder = mkdtempSync(join(tmpdir(), 'tabletop-pool-'));
  const runs = join(folder, 'runs');
  let pool: FunctionPool;

  before(async () => {
    const file = join(folder, 'handler.mjs');
    writeFileSync(file, HANDLER);
    writeFileSync(runs, '');
    pool = new FunctionPool({
      name: 'pool',
      arn: 'arn:aws:lambda:us-east-1:000000000000:function:pool',
      file,
      environment: { RUNS: runs },
      memoryMb: 128,
      timeoutSeconds: 3,
      maxInstances: 3,
      journal: new Journal(),
      adopt: () => undefined,
    });
    await pool.start();
  });
  after(async () => {
    await pool.stop();
    rmSync(folder, { recursive: true });
  });

  const answerOf = ({ value, error }: Invocation): Answer => {
    expect(error).toBeUndefined();
    return value as Answer;
  };
  const timesRun = (id: string): number =>
    readFileSync(runs, 'utf8')
      .split('\n')
      .filter((line) => line === id).length;
  const quick = (name: string, count: number): Promise<Invocation[]> =>
    Promise.all(Array.from({ length: count }, (_, n) => pool.invoke({ id: `${name}-${n}` })));
  /** Only an instance known to be quick is given events ahead. */
  const warm = async (name: string): Promise<void> => {
    for (let round = 0; round < 150; round++) await pool.invoke({ id: `${name}-warm` });
  };

  /** What is taken back then need not wait for an instance to start, which a busy machine takes its time for. */
  const untilTwoInstances = async (name: string): Promise<void> => {
    const both = (): Promise<Invocation>[] => [1, 2].map((n) => pool.invoke({ id: `${name}-both-${n}`, sleepMs: 50 }));
    for (let pids = new Set<number>(); pids.size < 2;)
      pids = new Set((await Promise.all(both())).map((each) => answerOf(each).pid));
  };

  it('runs each of many events once, one at a time an instance', async () => {
    await warm('many');
    const answers = (await quick('many', 500)).map(answerOf);
    expect(answers.map(({ id }) => id)).toEqual(answers.map((_, n) => `many-${n}`));
    expect(Math.max(...answers.map(({ together }) => together))).toBe(1);
    for (let n = 0; n < 500; n++) expect(timesRun(`many-${n}`)).toBe(1);
  });

  for (const how of ['sleepMs', 'blockMs'])
    it(`takes events back from behind one that takes its time (${how})`, async () => {
      const name = `behind-${how}`;
      await untilTwoInstances(name);
      await warm(name);
      const slow = pool.invoke({ id: `${name}-slow`, [how]: 1_500 });
      const answers = (await quick(name, 6)).map(answerOf);
      const { at, pid } = answerOf(await slow);
      for (const answer of answers) {
        expect(answer.at).toBeLessThan(at);
        expect(answer.pid).not.toBe(pid);
        expect(timesRun(answer.id)).toBe(1);
      }
    });

  it('runs each event once when recalls and the ends of events coincide', async () => {
    await warm('race');
    const events = Array.from({ length: 300 }, (_, n) => ({
      id: `race-${n}`,
      // Every fifth ends about when those behind it are recalled, half of these with the only thread blocked.
      ...(n % 5 === 0 && { [n % 2 === 0 ? 'blockMs' : 'sleepMs']: 8 + (n % 9) }),
    }));
    const answers = (await Promise.all(events.map((event) => pool.invoke(event)))).map(answerOf);
    expect(Math.max(...answers.map(({ together }) => together))).toBe(1);
    for (const { id } of events) expect(timesRun(id)).toBe(1);
  });

  it('runs what was given ahead elsewhere when its instance ends', async () => {
    await warm('crash');
    const crashing = pool.invoke({ id: 'crash', exit: true });
    const answers = (await quick('crash', 6)).map(answerOf);
    expect((await crashing).error?.errorType).toBe('Runtime.ExitError');
    for (const { id } of answers) expect(timesRun(id)).toBe(1);
    expect(timesRun('crash')).toBe(1);
  });

  it('runs what was given ahead elsewhere when its instance is ended at the timeout', async () => {
    await warm('timeout');
    const hanging = pool.invoke({ id: 'timeout', sleepMs: 60_000 });
    const answers = (await quick('timeout', 6)).map(answerOf);
    expect((await hanging).error?.errorType).toBe('Sandbox.Timedout');
    for (const { id } of answers) expect(timesRun(id)).toBe(1);
  });

  it('counts what is running or waiting', async () => {
    const some = quick('busy', 5);
    expect(pool.busy).toBe(5);
    await some;
    expect(pool.busy).toBe(0);
  });
});
