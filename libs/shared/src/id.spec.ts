import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { newOrderId, requestIdFrom, timeOfOrderId } from './id.js';
import { traceIdFrom } from './logger.js';

const times = fc.date({ min: new Date('2020-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });

describe('an order id', () => {
  it('tells to the millisecond when it was made', () => {
    fc.assert(fc.property(times, (time) => expect(timeOfOrderId(newOrderId(time))).toEqual(time)));
  });

  it('sorts by time, also within one second', () => {
    fc.assert(
      fc.property(times, fc.integer({ min: 1, max: 5_000 }), (time, later) => {
        expect(newOrderId(time) < newOrderId(new Date(time.getTime() + later))).toBe(true);
      }),
    );
  });

  it('is unlike any other, and 27 characters long', () => {
    const now = new Date();
    const ids = new Set(Array.from({ length: 1_000 }, () => newOrderId(now)));
    expect(ids.size).toBe(1_000);
    expect([...ids].every((id) => /^[0-9A-Za-z]{27}$/.test(id))).toBe(true);
  });

  it('is not any text', () => {
    for (const text of [
      '',
      'x',
      'z'.repeat(27),
      '0'.repeat(26),
      '0'.repeat(28),
      `${'0'.repeat(26)}#`,
      '1'.repeat(27).concat('\0'),
    ])
      expect(timeOfOrderId(text)).toBeUndefined();
  });
});

describe('a request id', () => {
  it('is taken from the caller when it is 8 to 64 letters, digits or dashes', () => {
    for (const sent of ['abcdefgh', 'A-1'.repeat(20)]) expect(requestIdFrom(sent)).toBe(sent);
  });

  it('is made otherwise', () => {
    for (const sent of [undefined, '', 'short', 'a'.repeat(65), 'with space', 'line\nbreak', ['abcdefgh']])
      expect(requestIdFrom(sent)).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  });
});

describe('a trace id', () => {
  it('is the root in the header', () => {
    const root = '1-5759e988-bd862e3fe1be46a994272793';
    expect(traceIdFrom(`Root=${root};Parent=53995c3f42cd8ad8;Sampled=1`)).toBe(root);
    expect(traceIdFrom(`Self=1-67891234-12456789abcdef012345678;Root=${root}`)).toBe(root);
    expect(traceIdFrom('Root=1-x')).toBeUndefined();
    expect(traceIdFrom(undefined)).toBeUndefined();
  });
});
