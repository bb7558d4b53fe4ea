import { describe, it } from 'node:test';
import { expect } from 'expect';
import { areOrigins, isAnyOrigin, originsIn } from './cors-origins.js';

describe('the origins that browsers may call from', () => {
  it('are the members of a list, and every origin where one of them is *', () => {
    expect(originsIn(' https://a.example , http://localhost:3000,')).toEqual([
      'https://a.example',
      'http://localhost:3000',
    ]);
    expect(originsIn('')).toEqual([]);
    for (const list of ['*', ' * ,', 'https://a.example, *'])
      expect([originsIn(list), isAnyOrigin(list)]).toEqual([['*'], true]);
    expect(isAnyOrigin('https://a.example')).toBe(false);
  });

  it('are written as browsers send them', () => {
    for (const list of [
      '',
      '*',
      'https://shop.example',
      'http://localhost:3000,http://[::1]:8080',
      'https://a.example, *',
    ])
      expect([list, areOrigins(list)]).toEqual([list, true]);
  });

  const never = [
    ...['https://*.shop.example', 'https://Shop.example', 'https://shop.example:443', 'http://shop.example:80'],
    ...['https://a?x', 'https://a#x', 'https://u@a', 'https://a.example/', 'ftp://a.example', 'a.example', 'null'],
    ...['https://', 'https://a b', 'https://bücher.example', 'https://a.example, x', '*, a.example'],
  ];
  for (const list of never)
    it(`are not those of ${list}`, () => {
      expect(areOrigins(list)).toBe(false);
    });
});
