import { describe, it } from 'node:test';
import { expect } from 'expect';
import { Stops } from './stops.js';

describe('the stop list', () => {
  it('ends what was started last first, and everything once', async () => {
    const stops = new Stops();
    const ended: number[] = [];
    for (const n of [1, 2, 3]) stops.add(() => ended.push(n));
    await Promise.all([stops.run(), stops.run()]);
    await stops.run();
    expect(ended).toEqual([3, 2, 1]);
  });

  it('waits for one step before the next', async () => {
    const stops = new Stops();
    const ended: string[] = [];
    stops.add(() => ended.push('first started'));
    stops.add(async () => {
      await new Promise(setImmediate);
      ended.push('last started');
    });
    await stops.run();
    expect(ended).toEqual(['last started', 'first started']);
  });

  it('goes on after a step that fails, and tells of it at the end', async () => {
    const stops = new Stops();
    const ended: string[] = [];
    stops.add(() => ended.push('table'));
    stops.add(() => Promise.reject(new Error('the queue hangs')));
    const failure = await stops.run().catch((error: unknown) => error);
    expect(failure).toMatchObject({ errors: [new Error('the queue hangs')] });
    expect(ended).toEqual(['table']);
  });

  it('ends at once what comes up after the stop began', async () => {
    const stops = new Stops();
    await stops.run();
    let ended = 0;
    await stops.adding(Promise.resolve({ stop: () => Promise.resolve(void (ended += 1)) }));
    expect(ended).toBe(1);
  });
});
