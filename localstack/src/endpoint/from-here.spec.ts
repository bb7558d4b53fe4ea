import { type IncomingHttpHeaders } from 'node:http';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { isFromHere, strangeHeader } from './from-here.js';

const knows = (name: string): boolean => name === 'aws' || name === '172.18.0.7';

describe('a call to what the stack serves', () => {
  const good: IncomingHttpHeaders[] = [
    { host: '127.0.0.1:4566' },
    { host: 'localhost:4566', origin: 'http://localhost:3000' },
    { host: 'bucket.localhost:4566' },
    { host: '[::1]:4566', 'sec-fetch-site': 'same-origin' },
    { host: 'aws:4566' },
    { host: '172.18.0.7:8080' },
  ];
  for (const headers of good)
    it(`is taken from ${JSON.stringify(headers)}`, () => expect(isFromHere(headers, knows)).toBe(true));

  const bad: IncomingHttpHeaders[] = [
    { host: 'evil.example:4566' },
    { host: '127.0.0.1.evil.example' },
    { host: 'printer:4566' },
    { host: '127.0.0.1:4566', origin: 'http://evil.example' },
    { host: '127.0.0.1:4566', origin: 'null' },
    { host: '127.0.0.1:4566', 'sec-fetch-site': 'cross-site' },
    {},
  ];
  for (const headers of bad)
    it(`is refused from ${JSON.stringify(headers)}`, () => expect(isFromHere(headers, knows)).toBe(false));

  it('is refused for a header that can be named', () => {
    expect(bad.slice(2, 6).map((headers) => strangeHeader(headers, knows))).toEqual([
      'Host: printer:4566',
      'Origin: http://evil.example',
      'Origin: null',
      'Sec-Fetch-Site: cross-site',
    ]);
  });
});
