/** docs/access-patterns.md is the truth about what each call costs. */
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';

import { type LocalStack } from '../../localstack/src/local-stack.js';
import { countRequests, type RequestCounts } from '../fixtures/request-count.js';
import { startTabletop } from '../fixtures/tabletop.js';

/** The rows of the document's table: call and requests. */
function documented(): RequestCounts {
  const rows = [...readFileSync('docs/access-patterns.md', 'utf8').matchAll(/^\| `([^`]+)` \| `([^`]+)` \|/gm)];
  return Object.fromEntries(rows.map(([, call = '', requests = '']) => [call, requests]));
}

describe('the requests that a call makes to DynamoDB', () => {
  let stack: LocalStack;
  let counts: RequestCounts;

  before(async () => {
    stack = await startTabletop();
    counts = await countRequests(stack);
  });
  after(() => stack.stop());

  it('are those of docs/access-patterns.md', () => {
    expect(counts).toEqual(documented());
  });

  it('are never a Scan', () => {
    expect(stack.journal.entries({ type: 'aws-call', operation: 'Scan' })).toEqual([]);
  });
});
