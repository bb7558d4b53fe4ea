import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type Order, type OrderStatus } from '../../../libs/shared/src/table/order.repository.js';
import { keyOf, mustBeDeletable, refusal, startingStates } from './order.rules.js';

const STATES: OrderStatus[] = ['PLACED', 'ACKNOWLEDGED', 'SHIPPED', 'DELIVERED', 'CANCELED'];
const placedAt = new Date('2026-01-01T00:00:00.000Z');
const order = (Status: OrderStatus): Order => ({
  username: 'john',
  id: 'id',
  OrderId: 'id',
  CreatedAt: placedAt.toISOString(),
  Status,
  Amount: 1,
  NumberItems: 1,
  RequestId: 'request',
});
const after = (milliseconds: number): Date => new Date(placedAt.getTime() + milliseconds);

describe('the states of an order', () => {
  it('allow five moves and no other', () => {
    const moves = STATES.flatMap((from) =>
      STATES.filter((status) => startingStates({ status }).includes(from)).map((status) => `${from} -> ${status}`),
    );
    expect(moves).toEqual([
      'PLACED -> ACKNOWLEDGED',
      'PLACED -> CANCELED',
      'ACKNOWLEDGED -> SHIPPED',
      'SHIPPED -> DELIVERED',
    ]);
  });

  it('allow an edit while PLACED, also together with a move from there', () => {
    expect(startingStates({ amount: 1 })).toEqual(['PLACED']);
    expect(startingStates({ amount: 1, status: 'ACKNOWLEDGED' })).toEqual(['PLACED']);
    expect(startingStates({ amount: 1, status: 'SHIPPED' })).toEqual([]);
    expect(startingStates({ items: [] })).toEqual(['PLACED']);
    expect(startingStates({ items: [], status: 'SHIPPED' })).toEqual([]);
  });
});

describe('a refusal', () => {
  it('names the state and the way out', () => {
    expect(refusal(order('PLACED'), { status: 'SHIPPED' }).detail).toBe(
      'Order id is PLACED and cannot become SHIPPED; from there it can become ACKNOWLEDGED or CANCELED.',
    );
    expect(refusal(order('CANCELED'), { amount: 1 }).detail).toBe(
      'Order id is CANCELED and can no longer be edited; that state is final.',
    );
    expect(refusal(order('ACKNOWLEDGED'), { amount: 1, status: 'SHIPPED' }).detail).toBe(
      'Order id is ACKNOWLEDGED and cannot become SHIPPED with an edit; from there it can become SHIPPED.',
    );
  });
});

describe('the amount of an order of products', () => {
  it('is refused as a field, unless the state refuses anyway', () => {
    const lines = { Items: [{ ProductId: 'a', Name: 'A', Quantity: 1, UnitPrice: 1, LineTotal: 1 }] };
    expect(refusal({ ...order('PLACED'), ...lines }, { amount: 1 })).toMatchObject({
      code: 'VALIDATION_FAILED',
      errors: [{ field: 'amount' }, { field: 'numItems' }],
    });
    expect(refusal({ ...order('SHIPPED'), ...lines }, { amount: 1 }).code).toBe('ORDER_STATE');
  });
});

describe('the key of an order', () => {
  it('is named in one place, or in both alike', () => {
    expect([keyOf('a', undefined), keyOf(undefined, 'a'), keyOf('a', 'a')]).toEqual(['a', 'a', 'a']);
    expect(keyOf(undefined, undefined)).toBeUndefined();
    expect(() => keyOf('a', 'b')).toThrow('VALIDATION_FAILED');
  });
});

describe('deleting', () => {
  const codeOf = (of: Order, now: Date): string | undefined => {
    try {
      mustBeDeletable(of, now);
      return undefined;
    } catch (error) {
      return (error as { code: string }).code;
    }
  };

  it('is allowed for ten minutes', () => {
    expect(codeOf(order('PLACED'), after(0))).toBeUndefined();
    expect(codeOf(order('PLACED'), after(599_999))).toBeUndefined();
    expect(codeOf(order('PLACED'), after(600_000))).toBe('CANCEL_WINDOW_OVER');
  });

  it('is refused in any state but PLACED, whatever its age', () => {
    for (const state of STATES.slice(1)) expect(codeOf(order(state), after(700_000))).toBe('ORDER_STATE');
  });
});
