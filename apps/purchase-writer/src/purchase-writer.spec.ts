import { after, before, describe, it } from 'node:test';
import { type SQSRecord } from 'aws-lambda';
import { expect } from 'expect';
import { createLogger } from '../../../libs/shared/src/logger.js';
import { DataTable } from '../../../libs/shared/src/table/data-table.js';
import { PurchaseRepository } from '../../../libs/shared/src/table/purchase.repository.js';
import { startTable, type TestTable } from '../../../test/fixtures/table.js';
import { PurchaseWriter } from './purchase-writer.js';

const idOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
const at = (second: number): string => `2026-01-01T00:00:${String(second).padStart(2, '0')}.000Z`;

/** A message of the queue, of a purchase's group. */
const messageOf = (messageId: string, n: number, body: string): SQSRecord =>
  ({ messageId, body, attributes: { MessageGroupId: idOf(n) }, messageAttributes: {} }) as unknown as SQSRecord;
const event = (messageId: string, n: number, second: number, change: object): SQSRecord =>
  messageOf(
    messageId,
    n,
    JSON.stringify({ ProductPurchaseId: idOf(n), at: at(second), TimeOfPurchase: at(0), ...change }),
  );
const create = { action: 'create', record: { step: 'created' } };
const update = { action: 'update', record: { step: 'updated' } };

describe('a batch of the purchase writer', () => {
  let table: TestTable;
  let purchases: PurchaseRepository;
  let writer: PurchaseWriter;
  before(async () => {
    table = await startTable();
    purchases = new PurchaseRepository(new DataTable(table.name, table.client));
    writer = new PurchaseWriter(purchases, createLogger('purchase-writer', 'SILENT'));
  });
  after(() => table.stop());

  const failedOf = async (messages: readonly SQSRecord[]): Promise<string[]> =>
    (await writer.handle(messages)).batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
  const stepOf = async (n: number): Promise<unknown> => (await purchases.get(idOf(n))).Record;

  it('reports the first failure of a purchase and all that come behind it, and no other purchase', async () => {
    const failed = await failedOf([
      event('a1', 1, 1, create),
      event('b1', 2, 1, create),
      messageOf('a2', 1, 'not JSON'),
      event('b2', 2, 2, update),
      event('a3', 1, 3, update),
    ]);
    expect(failed).toEqual(['a2', 'a3']);
    expect([await stepOf(1), await stepOf(2)]).toEqual([{ step: 'created' }, { step: 'updated' }]);
  });

  it('applies the events of a purchase one after another, whatever stands between them', async () => {
    const failed = await failedOf([
      event('c1', 3, 1, create),
      event('d1', 4, 1, create),
      event('c2', 3, 2, update),
      event('c3', 3, 3, { action: 'update', record: { step: 'last' } }),
    ]);
    expect(failed).toEqual([]);
    expect(await stepOf(3)).toEqual({ step: 'last' });
  });

  it('consumes what has no effect: an update of nothing, an older event, one after the delete', async () => {
    const all = [
      event('e1', 5, 1, update),
      event('f1', 6, 2, create),
      event('f2', 6, 1, update),
      event('f3', 6, 3, { action: 'delete' }),
      event('f4', 6, 4, update),
      event('f5', 6, 2, create),
    ];
    expect(await failedOf(all)).toEqual([]);
    for (const n of [5, 6]) await expect(purchases.get(idOf(n))).rejects.toMatchObject({ code: 'PURCHASE_NOT_FOUND' });
  });
});
