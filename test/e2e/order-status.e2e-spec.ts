import { before, describe, it } from 'node:test';
import { expect } from 'expect';
import { ADMIN, asCaller, expectInvalid, expectProblem, newOrder, newUser, setStatus, type User } from './stack.js';

const STATUSES = ['PLACED', 'ACKNOWLEDGED', 'SHIPPED', 'DELIVERED', 'CANCELED'];
/** How each status is reached from PLACED. */
const WAYS: Record<string, string[]> = {
  PLACED: [],
  ACKNOWLEDGED: ['ACKNOWLEDGED'],
  SHIPPED: ['ACKNOWLEDGED', 'SHIPPED'],
  DELIVERED: ['ACKNOWLEDGED', 'SHIPPED', 'DELIVERED'],
  CANCELED: ['CANCELED'],
};
const MOVES = new Set(['PLACED ACKNOWLEDGED', 'ACKNOWLEDGED SHIPPED', 'SHIPPED DELIVERED', 'PLACED CANCELED']);

let user: User;

/** An order that has come to this status. */
async function orderIn(status: string) {
  const order = await newOrder(user.username);
  for (const step of WAYS[status] ?? []) expect((await setStatus(order, step)).status).toBe(200);
  return order;
}

before(async () => {
  user = await newUser();
});

describe('the status of an order', () => {
  for (const from of STATUSES) {
    for (const to of STATUSES) {
      const allowed = MOVES.has(`${from} ${to}`);
      it(`${allowed ? 'goes' : 'does not go'} from ${from} to ${to}`, async () => {
        const order = await orderIn(from);
        const answer = await setStatus(order, to);
        if (allowed) {
          expect(answer.status).toBe(200);
          expect(answer.body).toMatchObject({
            message: 'Order updated successfully',
            success: true,
            data: { OrderId: order.OrderId, Status: to, UpdatedAt: expect.stringMatching(/Z$/) as unknown },
          });
        } else {
          expect(expectProblem(answer, 409, 'ORDER_STATE').detail).toContain(from);
        }
        const now = await (await asCaller(ADMIN)).get(`/orders/${order.OrderId}`).query({ username: user.username });
        expect(now.body).toMatchObject({ data: { Status: allowed ? to : from } });
      });
    }
  }

  it('takes CANCEL for CANCELED, as the seed sends it', async () => {
    expect((await setStatus(await orderIn('PLACED'), 'CANCEL')).body).toMatchObject({ data: { Status: 'CANCELED' } });
  });

  it('takes no other word', async () => {
    const order = await orderIn('PLACED');
    for (const status of ['LOST', 'placed', '', 'CANCELLED']) expectInvalid(await setStatus(order, status), 'status');
  });

  it('is changed without naming the owner too', async () => {
    const { OrderId } = await orderIn('PLACED');
    const answer = await (await asCaller(ADMIN)).put(`/orders/${OrderId}`).send({ status: 'ACKNOWLEDGED' });
    expect([answer.status, (answer.body as { data: { Status: string } }).data.Status]).toEqual([200, 'ACKNOWLEDGED']);
  });

  it('is not changed in the name of another owner', async () => {
    const { OrderId } = await orderIn('PLACED');
    const other = await newUser();
    const answer = await (
      await asCaller(ADMIN)
    )
      .put(`/orders/${OrderId}`)
      .send({ username: other.username, status: 'CANCELED' });
    expectProblem(answer, 404, 'ORDER_NOT_FOUND');
  });

  it('ends edits once it is not PLACED', async () => {
    const { OrderId } = await orderIn('ACKNOWLEDGED');
    const answer = await (await asCaller(user.username)).put(`/orders/${OrderId}`).send({ amount: 1, numItems: 1 });
    expect(expectProblem(answer, 409, 'ORDER_STATE').detail).toContain('ACKNOWLEDGED');
  });

  it('other than PLACED ends deletion', async () => {
    const { OrderId } = await orderIn('SHIPPED');
    const answer = await (await asCaller(user.username)).delete(`/orders/${OrderId}`);
    expect(expectProblem(answer, 409, 'ORDER_STATE').detail).toContain('SHIPPED');
  });
});
