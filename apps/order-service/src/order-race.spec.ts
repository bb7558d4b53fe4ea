import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { Caller } from '../../../libs/shared/src/auth/caller.js';
import { Problem } from '../../../libs/shared/src/errors.js';
import { startOrders, type TestOrders } from '../../../test/fixtures/order-service.js';
import { OrderService } from './order.service.js';

let orders: TestOrders;
const ASKED = { caller: Caller.ANYBODY, requestId: 'request' };

before(async () => {
  orders = await startOrders();
});
after(() => orders.stop());

const tally = (outcomes: readonly string[]): Record<string, number> =>
  Object.fromEntries([...new Set(outcomes)].map((one) => [one, outcomes.filter((other) => other === one).length]));
const outcomeOf = ({ status, body }: { status: number; body: unknown }): string =>
  status < 300 ? String(status) : `${status} ${(body as { code: string }).code}`;

describe('buyers of the same products', () => {
  it('who are 20 for 5 units: 5 get one, 15 are told that there is none left', async () => {
    const mouse = await orders.stock(5);
    orders.table.proxy.fail('TransactWriteItems', 'conflict', 10);
    const answers = await Promise.all(Array.from({ length: 20 }, () => orders.order([[mouse, 1]])));
    expect(tally(answers.map(outcomeOf))).toEqual({ 201: 5, '409 INSUFFICIENT_STOCK': 15 });
    expect(await orders.left(mouse)).toBe(0);
  });

  it('who send 1,000 orders for 10 products: what was sold and what is left is what there was', async () => {
    const start = 150;
    const ids = await Promise.all(Array.from({ length: 10 }, () => orders.stock(start)));
    const sold = new Map(ids.map((id) => [id, 0]));
    const outcomes: string[] = [];
    // Without HTTP, which would be most of the work: what is thrown here is answered by its status there.
    const service = orders.app.get(OrderService);
    const attempt = async (call: () => Promise<{ orderId?: string }>): Promise<string> => {
      try {
        return `201 ${(await call()).orderId}`;
      } catch (error) {
        return error instanceof Problem ? `${error.status} ${error.code}` : String(error);
      }
    };
    let next = 0;
    const buyer = async (): Promise<void> => {
      while (next < 1_000) {
        const at = (next += 1);
        if (at % 100 === 0) orders.table.proxy.fail('TransactWriteItems', 'conflict', 5);
        const items = [0, 3, 7]
          .slice(0, 1 + (at % 3))
          .map((step): [string, number] => [ids[(at + step) % 10]!, 1 + (at % 2)]);
        const wanted = items.map(([productId, quantity]) => ({ productId, quantity }));
        const outcome = await attempt(() => service.place({ userId: 'john', items: wanted }, undefined, ASKED));
        const [status = '', orderId = ''] = outcome.split(' ');
        outcomes.push(status === '201' ? status : outcome);
        if (status !== '201') continue;
        if (at % 5 === 0) {
          // Cancelled by two at once, given back once.
          const cancels = await Promise.allSettled([
            service.cancel(orderId, ASKED),
            // A request of its own: under one id, a write that is there already counts as the request's.
            service.update(orderId, { username: 'john', status: 'CANCELED' }, { ...ASKED, requestId: 'another' }),
          ]);
          expect(cancels.map((cancel) => cancel.status).sort()).toEqual(['fulfilled', 'rejected']);
        } else for (const [id, quantity] of items) sold.set(id, sold.get(id)! + quantity);
      }
    };
    await Promise.all(Array.from({ length: 50 }, buyer));
    expect(new Set(outcomes)).toEqual(new Set(['201', '409 INSUFFICIENT_STOCK']));
    expect(outcomes).toHaveLength(1_000);
    for (const id of ids) {
      const left = await orders.left(id);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + sold.get(id)!).toBe(start);
    }
  });

  it('who are in each other’s way as on AWS: 5 units for 20 are sold once, and nobody gets a 500', async () => {
    const [mouse, cable] = [await orders.stock(5), await orders.stock(50)];
    orders.table.proxy.contend(10);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () =>
        orders.order([
          [cable, 1],
          [mouse, 1],
        ]),
      ),
    );
    orders.table.proxy.heal();
    const sold = answers.filter(({ status }) => status === 201).length;
    for (const answer of answers)
      expect(['201', '409 INSUFFICIENT_STOCK', '409 WRITE_CONFLICT']).toContain(outcomeOf(answer));
    expect([await orders.left(mouse), await orders.left(cable)]).toEqual([5 - sold, 50 - sold]);
  });

  it('end in success or in a 409 however long they are in each other’s way', async () => {
    const mouse = await orders.stock(5);
    orders.table.proxy.fail('TransactWriteItems', 'conflict', 1_000);
    const answer = await orders.order([[mouse, 1]]);
    orders.table.proxy.heal();
    expect(outcomeOf(answer)).toBe('409 WRITE_CONFLICT');
    expect(answer.headers['retry-after']).toBe('1');
    expect(await orders.left(mouse)).toBe(5);
    await orders.order([[mouse, 1]]).expect(201);
  });
});
