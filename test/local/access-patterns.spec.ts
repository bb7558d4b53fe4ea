/** docs/access-patterns.md is the truth about what each call costs. */
import { readFileSync } from 'node:fs';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';

import { type LocalStack } from '../../localstack/src/local-stack.js';
import { countRequests, operationsOf, type RequestCounts } from '../fixtures/request-count.js';
import { startSignedIn } from '../fixtures/signed-in.js';
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

describe('the requests of an owner’s call in jwt mode', () => {
  it('need no look at the index', async (test) => {
    const stack = await startSignedIn();
    test.after(() => stack.stop());
    const as = await stack.register('john');
    const body = { username: 'john', amount: 1, numItems: 1 };
    const id = String((await stack.ask('POST', '/orders', { as, body })).body.orderId);
    const cost = async (method: string, change?: object): Promise<string> => {
      await stack.drained();
      const since = stack.journal.next;
      const { status } = await stack.ask(method, `/orders/${id}`, { as, ...(change && { body: change }) });
      expect(status).toBe(200);
      return operationsOf(stack.journal.entries(({ seq }) => seq >= since));
    };
    expect(await cost('GET')).toBe('GetItem');
    expect(await cost('PUT', { amount: 2, numItems: 1 })).toBe('UpdateItem');
    expect(await cost('DELETE')).toBe('GetItem + UpdateItem');
  });
});
