import { setImmediate } from 'node:timers/promises';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { Turns } from './turns.js';

describe('turns', () => {
  /** Work that tells when it begins, and ends when it is told to. */
  const works = (turns: Turns, count: number) => {
    const begun: number[] = [];
    const endings: ((failed?: Error) => void)[] = [];
    const ended = Array.from({ length: count }, (_, n) =>
      turns.take(
        () =>
          new Promise<number>((resolve, reject) => {
            begun.push(n);
            endings[n] = (failed) => (failed ? reject(failed) : resolve(n));
          }),
      ),
    );
    return { begun, endings, ended };
  };

  it('lets as many begin as there are, and the others in order as these end', async () => {
    const { begun, endings, ended } = works(new Turns(2), 4);
    expect(begun).toEqual([0, 1]);
    endings[1]?.();
    expect(await ended[1]).toBe(1);
    await setImmediate();
    expect(begun).toEqual([0, 1, 2]);
    endings[0]?.(new Error('broken'));
    await expect(ended[0]).rejects.toThrow('broken');
    await setImmediate();
    expect(begun).toEqual([0, 1, 2, 3]);
  });

  it('lets one more begin when one is given, now or later', async () => {
    const turns = new Turns(1);
    const { begun } = works(turns, 2);
    turns.give();
    await setImmediate();
    expect(begun).toEqual([0, 1]);
    const idle = new Turns(1);
    idle.give();
    expect(works(idle, 3).begun).toEqual([0, 1]);
  });
});
