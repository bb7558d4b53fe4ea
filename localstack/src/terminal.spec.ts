import { describe, it } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { expect } from 'expect';
import { line } from './terminal.js';

describe('on the terminal a line of a function', () => {
  const shown = (text: string): string | undefined => {
    const place = { logGroup: '/aws/lambda/f', logStream: 's' };
    const entry = { type: 'log', function: 'f', requestId: 'r', line: text, seq: 0, at: 0, ...place } as const;
    const whole = line(entry);
    return whole === undefined ? undefined : stripVTControlCharacters(whole);
  };

  it('is shown when it is plain text, without what a terminal would obey', () => {
    expect(shown('got 1 \u001b[2J')).toBe('00:00:00.000 log       f: got 1 \u00b7[2J');
  });

  it('is shown when it is JSON and an error, and else not', () => {
    expect(shown('{"level":"ERROR","message":"broken"}')).toMatch(/f: .*broken/);
    expect(shown('{"level":"INFO","message":"fine"}')).toBeUndefined();
    expect(shown('{"_aws":{}}')).toBeUndefined();
  });
});
