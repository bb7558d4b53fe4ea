import { describe, it } from 'node:test';
import { expect } from 'expect';
import { whenEquals, type Statement } from '../../src/constructs/policy.js';
import { isAllowed, statementsOf, type Asked } from './evaluate.js';

const one = (condition: Partial<Statement['conditions'] & object>[number], context: Asked['context']): boolean =>
  isAllowed([{ actions: ['s:A'], resources: ['r/*'], conditions: condition ? [condition] : [] }], {
    ...{ action: 's:A', resource: 'r/1', context },
  });

describe('the reader of policies', () => {
  it('knows equality, and lets pass what is not said where a test is for what exists', () => {
    const mine = { ...whenEquals('t', 'mine'), test: 'StringEqualsIfExists' };
    const answers = (['mine', 'yours', undefined] as const).map((t) => [
      one(whenEquals('t', 'mine'), { t }),
      one(mine, { t }),
    ]);
    expect(answers).toEqual([
      [true, true],
      [false, false],
      [false, true],
    ]);
  });

  it('lets a denial win', () => {
    const all = { actions: ['s:A'], resources: ['*'] };
    const asked = { action: 's:A', resource: 'r', context: {} };
    expect(isAllowed([all], asked)).toBe(true);
    expect(isAllowed([all, { ...all, effect: 'Deny' }], asked)).toBe(false);
  });

  it('refuses what it does not know, be it a test, a variable or a part of a statement', () => {
    expect(() => one({ test: 'NumericLessThan', variable: 't', values: ['1'] }, { t: '0' })).toThrow(
      'NumericLessThan t',
    );
    expect(() => one(whenEquals('t', 'mine'), {})).toThrow('nobody says what t is');
    expect(() => statementsOf('{"Statement":[{"Effect":"Allow","NotAction":"s:A","Resource":"*"}]}')).toThrow(
      'NotAction',
    );
  });
});
