import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { openCursor, sealCursor } from './cursor.js';

const bad = expect.objectContaining({ code: 'BAD_CURSOR' });
const opening = (query: string, cursor: string): unknown => {
  try {
    return openCursor(query, cursor);
  } catch (error) {
    return error;
  }
};

describe('a cursor', () => {
  it('gives back the position that was sealed in it', () => {
    fc.assert(
      fc.property(fc.string(), fc.string({ minLength: 1 }), (query, position) => {
        expect(openCursor(query, sealCursor(query, position))).toBe(position);
      }),
    );
  });

  it('is refused by another query', () => {
    expect(opening('orders of jane', sealCursor('orders of john', 'A'))).toEqual(bad);
  });

  it('is refused when a character of it was changed, added or lost', () => {
    const cursor = sealCursor('users', 'john');
    for (let at = 0; at < cursor.length; at += 1) {
      const other = cursor[at] === 'A' ? 'B' : 'A';
      expect(opening('users', cursor.slice(0, at) + other + cursor.slice(at + 1))).toEqual(bad);
      expect(opening('users', cursor.slice(0, at) + cursor.slice(at + 1))).toEqual(bad);
    }
    for (const damaged of [`${cursor}A`, `${cursor}=`, ` ${cursor}`, `${cursor}\0`, ''])
      expect(opening('users', damaged)).toEqual(bad);
  });

  it('is refused whatever text is sent for it', () => {
    fc.assert(fc.property(fc.string(), (text) => expect(opening('users', text)).toEqual(bad)));
  });
});
