/** Catalogue b20, 6: every case of pipes-vectors.json, whose answers come from AWS's own rule engine. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { compilePattern } from './compile.js';
import { explain } from './explain.js';
import { InvalidPatternError } from './invalid-pattern.js';
import { assertPipeFilters } from './pipe-filter.js';

interface Vector {
  readonly name: string;
  readonly pattern: unknown;
  readonly event: unknown;
  readonly expect: boolean | 'invalid';
  /** AWS's error text. */
  readonly reason?: string;
  /** What a pipe makes of it: `same` and `invalid` as the bus does, the others are refused. */
  readonly pipes: 'same' | 'invalid' | 'not-listed-for-pipes' | 'rejected-by-pipes-docs';
}

// Tests run in the repository's root; the compiler does not copy data files.
const { vectors } = JSON.parse(readFileSync(resolve('libs/pipes/test/pipes-vectors.json'), 'utf8')) as {
  vectors: Vector[];
};

describe('6 every case of pipes-vectors.json', () => {
  for (const { name, pattern, event, expect: expected, reason, pipes } of vectors) {
    const json = JSON.stringify(pattern);
    it(`${name}: ${expected}`, () => {
      if (expected === 'invalid') {
        expect(() => compilePattern(json)).toThrow(new InvalidPatternError(reason ?? ''));
        return;
      }
      expect(compilePattern(json)(event)).toBe(expected);
      expect(compilePattern(json, 0)(event)).toBe(expected);
      expect(explain(json, event).matched).toBe(expected);
    });
    it(`${name}: ${pipes === 'same' ? 'taken' : 'refused'} by a pipe`, () => {
      if (pipes === 'same') assertPipeFilters([json]);
      else expect(() => assertPipeFilters([json])).toThrow(InvalidPatternError);
    });
  }
});
