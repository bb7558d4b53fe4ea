/** docs/pipes.md is what the tests say; WRITE_PIPES_PAGE=1 writes it anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { CATALOGUE } from '../test/conformance.js';
import { conformancePage } from '../test/conformance-page.js';

// Tests run in the repository's root.
const PAGE = resolve('docs/pipes.md');

describe('the page of pipes', () => {
  it('names a test for every line of the catalogue', () => {
    expect(CATALOGUE.map(({ test }) => Number(test))).toEqual(Array.from({ length: 52 }, (_, index) => index + 1));
  });

  it('is not stale: WRITE_PIPES_PAGE=1 writes it anew', () => {
    const page = conformancePage(resolve('.'));
    if (process.env['WRITE_PIPES_PAGE'] === '1') writeFileSync(PAGE, page);
    expect(readFileSync(PAGE, 'utf8')).toBe(page);
  });
});
