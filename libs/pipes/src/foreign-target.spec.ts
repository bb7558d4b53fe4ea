/** Targets are anybody's code: what one does wrong is a failed call, and never the end of the pipe. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { deadLetters, pipeFrom, targetOf } from '../test/pipe-fixture.js';
import { type PipeTarget, type TargetResult } from './target.js';

describe('a target written by somebody', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  const wrong: readonly (readonly [string, () => unknown])[] = [
    ['resolves with nothing', () => Promise.resolve(undefined)],
    ['answers no promise', () => 'done'],
    ['calls an outcome what is none', () => Promise.resolve({ outcome: 'fine' })],
    ['fails records that were not in the batch', () => Promise.resolve({ outcome: 'partial', failed: [7] })],
    ['fails no record of a batch that failed partly', () => Promise.resolve({ outcome: 'partial', failed: [] })],
  ];
  for (const [what, invoke] of wrong)
    it(`that ${what} has its batch given up`, async () => {
      const table = await dynoxide.table();
      await table.put('a');
      const target: PipeTarget = {
        ...targetOf(() => undefined).target,
        invoke: () => invoke() as Promise<TargetResult>,
      };
      const deadLetter = deadLetters();
      const { pipe, log } = await pipeFrom(table, dynoxide, {
        target,
        source: { maximumRetryAttempts: 1, deadLetter },
      });
      await pipe.drained();
      expect(deadLetter.bodies).toHaveLength(1);
      const failed = log.of('execution').filter(({ messageType }) => messageType === 'TARGET_INVOCATION_FAILED');
      expect(failed.map(({ error }) => error?.message)).toEqual(
        Array.from({ length: 2 }, () => expect.stringContaining('no result') as unknown),
      );
      await pipe.stop();
    });

  it('that throws at once is tried again until it does not', async () => {
    const table = await dynoxide.table();
    await table.put('a');
    let calls = 0;
    const target: PipeTarget = {
      ...targetOf(() => undefined).target,
      invoke: () => {
        calls += 1;
        if (calls < 3) throw new Error('not yet');
        return Promise.resolve({ outcome: 'success' });
      },
    };
    const { pipe } = await pipeFrom(table, dynoxide, { target });
    await pipe.drained();
    expect([calls, pipe.state]).toEqual([3, 'RUNNING']);
    await pipe.stop();
  });
});
