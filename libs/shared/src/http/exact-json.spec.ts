import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { parseExactly } from './exact-json.js';

describe('JSON, parsed exactly,', () => {
  it('is what JSON.parse makes of whatever JSON.stringify wrote', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = JSON.stringify(value);
        expect(parseExactly(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it('takes every way to write a number that is kept', () => {
    const same =
      '{"a":1.50000000000000000000,"b":0.1e1,"c":1000000000000000000000,"d":-0.000000000000000000010,"e":0e400}';
    expect(parseExactly(same)).toEqual({ a: 1.5, b: 1, c: 1e21, d: -1e-20, e: 0 });
    expect(parseExactly('[9007199254740991,0.1234567890123456]')).toEqual([9007199254740991, 0.1234567890123456]);
  });

  for (const [text, field] of [
    ['{"x":0.1234567890123456789012345678901234567890123}', 'x'],
    ['{"deep":{"x":[1,{"y":12345678901234567890}]}}', 'y'],
    ['{"x":-9007199254740993}', 'x'],
    ['12345678901234567.5', 'body'],
    ['{"x":1234567890123456789e400}', 'x'],
  ] as const)
    it(`refuses ${text}, and names ${field}`, () => {
      expect(() => parseExactly(text)).toThrow(expect.objectContaining({ name: 'InexactNumberError', field }));
    });

  it('is no JSON where JSON.parse says so', () => {
    for (const text of ['', '{', '{"a":1234567890123456789012', '01'])
      expect(() => parseExactly(text)).toThrow(SyntaxError);
  });
});
