import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { fromCents, isAmount, toCents } from './money.js';

describe('cents', () => {
  it('are those of the digits, and give the amount back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000_000_000 }), (cents) => {
        const amount = Number(`${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`);
        expect([toCents(amount), fromCents(cents)]).toEqual([cents, amount]);
      }),
    );
  });
});

describe('an amount', () => {
  it('has up to two decimals, whatever floats make of them', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 100_000_000_000 }), (cents) => {
        const text = `${Math.floor(cents / 100)}.${String(cents % 100).padStart(2, '0')}`;
        expect(isAmount(Number(text))).toBe(true);
      }),
    );
    for (const amount of [5.5, 0.01, 1.1, 4.35, 1_000_000_000, 999_999_999.99]) expect(isAmount(amount)).toBe(true);
  });

  it('has no third decimal, is positive and bounded', () => {
    for (const amount of [0, -1, -0.01, 0.001, 1.005, 0.1 + 0.2, 1e-7, 1e9 + 0.01, 1e21, Infinity, NaN])
      expect(isAmount(amount)).toBe(false);
  });
});
