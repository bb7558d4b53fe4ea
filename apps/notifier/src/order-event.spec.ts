import { describe, it } from 'node:test';
import { expect } from 'expect';
import { keysOf, orderEventIn, recordIdOf, subjectOf, UnreadableRecordError } from './order-event.js';
import { recordOf } from '../../../test/fixtures/stream-record.js';

describe('the event in a record', () => {
  it('of a new order is that it was placed', () => {
    const event = orderEventIn(recordOf({ orderId: 'O1', username: 'john', requestId: 'request-1' }));
    expect(event).toEqual({
      type: 'order.placed',
      eventId: 'O1.PLACED',
      orderId: 'O1',
      username: 'john',
      amount: 5.5,
      numberItems: 2,
      status: 'PLACED',
      occurredAt: '2026-01-01T00:00:00.000Z',
      requestId: 'request-1',
    });
    expect(subjectOf(event!)).toBe('New order O1');
  });

  it('of a changed status names the old and the new one, and when it changed', () => {
    const event = orderEventIn(recordOf({ orderId: 'O1', status: 'CANCELED', previousStatus: 'PLACED' }));
    expect(event).toMatchObject({
      type: 'order.status-changed',
      eventId: 'O1.CANCELED',
      status: 'CANCELED',
      previousStatus: 'PLACED',
      occurredAt: '2026-01-02T00:00:00.000Z',
    });
    expect(subjectOf(event!)).toBe('Order O1 is CANCELED');
  });

  it('is none for an edit, a removal, or another kind of item', () => {
    expect(orderEventIn(recordOf({ status: 'PLACED', previousStatus: 'PLACED' }))).toBeUndefined();
    expect(orderEventIn({ ...recordOf({}), eventName: 'REMOVE' })).toBeUndefined();
    const customer = { PK: { S: 'CUSTOMER#john' }, SK: { S: 'CUSTOMER#john' } };
    expect(
      orderEventIn({ eventID: '1', eventName: 'INSERT', dynamodb: { Keys: customer, NewImage: customer } }),
    ).toBeUndefined();
  });

  it('cannot be read from a record that is no order, and the error tells the place, not the data', () => {
    const good = recordOf({ username: 'secret' });
    const { dynamodb } = good;
    const bad: [unknown, RegExp][] = [
      [null, /^record/],
      ['text', /^record/],
      [{ ...good, eventName: 'UPSERT' }, /^record\.eventName/],
      [{ ...good, dynamodb: { Keys: dynamodb.Keys } }, /^NewImage is missing/],
      [
        { ...good, dynamodb: { ...dynamodb, NewImage: { ...dynamodb.NewImage, Amount: { S: 'many' } } } },
        /^NewImage\.Amount/,
      ],
      [{ ...good, dynamodb: { ...dynamodb, NewImage: { ...dynamodb.NewImage, Amount: { Z: '1' } } } }, /unknown type/],
      [
        { ...good, dynamodb: { ...dynamodb, NewImage: { PK: dynamodb.NewImage.PK, SK: dynamodb.NewImage.SK } } },
        /^NewImage\./,
      ],
    ];
    for (const [record, message] of bad) {
      expect(() => orderEventIn(record)).toThrow(UnreadableRecordError);
      expect(() => orderEventIn(record)).toThrow(message);
      expect(() => orderEventIn(record)).not.toThrow(/secret/);
    }
  });
});

describe('the order among records', () => {
  it('is kept for one customer, and a failure is told by the id of its record', () => {
    const record = recordOf({ eventID: 'E1', orderId: 'O1', username: 'john' });
    expect(keysOf(record)).toEqual({ partition: 'CUSTOMER#john', item: 'CUSTOMER#john #ORDER#O1' });
    expect(recordIdOf(record)).toBe('E1');
    expect([recordIdOf(null), recordIdOf({}), recordIdOf({ eventID: 1 })]).toEqual(['', '', '']);
  });
});
