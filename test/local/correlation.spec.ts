/** One request id leads through everything that a request sets off, and each order is counted once. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { type JournalEntry } from '../../localstack/src/journal-event.js';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { newUser, startTabletop } from '../fixtures/tabletop.js';

type Line = Record<string, unknown>;

describe('a request’s id', () => {
  let stack: LocalStack;
  before(async () => {
    stack = await startTabletop();
  });
  after(() => stack.stop());

  const post = async (path: string, body: object, headers: Record<string, string>): Promise<Line> => {
    const response = await fetch(`${stack.apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });
    return (await response.json()) as Line;
  };
  const parsed = (entry: JournalEntry): Line => (entry.type === 'log' ? (JSON.parse(entry.line) as Line) : {});
  /** The lines that a function has logged since the entry of this number. */
  const linesOf = (name: string, since: number): Line[] =>
    stack.journal
      .entries((entry) => entry.type === 'log' && entry.seq >= since && entry.function === `tabletop-dev-${name}`)
      .map(parsed);
  const names = (line: Line, requestId: string): boolean =>
    line.requestId === requestId || JSON.stringify(line.requestIds) === JSON.stringify([requestId]);

  it('is in each log line, in each step of the pipe and in the message of the order that it placed', async () => {
    const username = await newUser(stack);
    await stack.drained();
    const since = stack.journal.next;
    const requestId = 'order-request-1';
    await post('/orders', { username, amount: 5.5, numItems: 2 }, { 'x-request-id': requestId });
    await stack.drained();
    for (const service of ['order-service', 'notifier']) {
      const lines = linesOf(service, since);
      expect(lines.length).toBeGreaterThan(1);
      expect(lines.filter((line) => !names(line, requestId))).toEqual([]);
    }
    const steps = stack.journal.entries((entry) => entry.seq >= since && names(entry as unknown as Line, requestId));
    expect(steps.flatMap((entry) => ('pipe' in entry ? ('step' in entry ? entry.step : entry.type) : []))).toEqual([
      ...['stream-record', 'filter', 'EXECUTION_STARTED', 'TARGET_STAGE_ENTERED', 'TARGET_INVOCATION_STARTED'],
      ...['TARGET_INVOCATION_SUCCEEDED', 'TARGET_STAGE_SUCCEEDED', 'EXECUTION_SUCCEEDED'],
    ]);
    const [message] = stack.journal.entries((entry) => entry.type === 'message' && entry.seq >= since);
    expect(message).toMatchObject({ service: 'sns', attributes: { requestId } });
  });

  it('goes with a purchase through the queue into the lines of its writer', async () => {
    await stack.drained();
    const since = stack.journal.next;
    const requestId = 'purchase-request-1';
    await post('/product-purchase', { ProductName: 'Mouse' }, { 'x-request-id': requestId });
    await stack.drained();
    const lines = linesOf('purchase-writer', since);
    expect(lines.map(({ message }) => message)).toEqual(['purchase', 'batch']);
    expect(lines.filter((line) => !names(line, requestId))).toEqual([]);
  });

  it('an order is counted with its amount, and not again when it is sent again under its key', async () => {
    const username = await newUser(stack);
    await stack.drained();
    const since = stack.journal.next;
    const order = { username, amount: 7.25, numItems: 1 };
    for (const requestId of ['first-of-key', 'again-of-key'])
      await post('/orders', order, { 'x-request-id': requestId, 'idempotency-key': 'once' });
    await stack.drained();
    const counted = linesOf('order-service', since).filter((line) => '_aws' in line);
    expect(counted).toEqual([
      {
        _aws: {
          Timestamp: expect.any(Number) as unknown,
          CloudWatchMetrics: [
            {
              Namespace: 'tabletop-dev',
              Dimensions: [['service']],
              Metrics: [
                { Name: 'SuccessfulOrder', Unit: 'Count' },
                { Name: 'OrderTotal', Unit: 'None' },
              ],
            },
          ],
        },
        service: 'order-service',
        requestId: 'first-of-key',
        SuccessfulOrder: 1,
        OrderTotal: 7.25,
      },
    ]);
  });
});
