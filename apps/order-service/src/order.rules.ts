/** The rules of orders: pure, told the time. */
import { Problem } from '../../../libs/shared/src/errors.js';
import { type Order, type OrderStatus } from '../../../libs/shared/src/table/order.repository.js';

/** The states in which each state can be entered. */
const ENTERED_FROM: Readonly<Record<OrderStatus, readonly OrderStatus[]>> = {
  PLACED: [],
  ACKNOWLEDGED: ['PLACED'],
  SHIPPED: ['ACKNOWLEDGED'],
  DELIVERED: ['SHIPPED'],
  CANCELED: ['PLACED'],
};

/** Milliseconds after its placing for which an order can be deleted. */
const CANCEL_WINDOW = 10 * 60 * 1000;

export interface WantedChange {
  readonly status?: OrderStatus | undefined;
  readonly amount?: number | undefined;
}

/** The states an order must be in for a change: an edit needs PLACED, a new status one that it can be entered from. */
export function startingStates({ status, amount }: WantedChange): readonly OrderStatus[] {
  const from = status === undefined ? ALL : ENTERED_FROM[status];
  return amount === undefined ? from : from.filter((state) => state === 'PLACED');
}

const ALL = Object.keys(ENTERED_FROM) as OrderStatus[];

/** Why a change cannot be made to an order as it stands. */
export function refusal({ OrderId, Status }: Order, { status, amount }: WantedChange): Problem {
  const next = ALL.filter((state) => ENTERED_FROM[state].includes(Status));
  const wanted = status === undefined ? 'can no longer be edited' : `cannot become ${status}`;
  const edit = amount !== undefined && status !== undefined ? ' with an edit' : '';
  const way = next.length === 0 ? 'that state is final' : `from there it can become ${next.join(' or ')}`;
  return new Problem('ORDER_STATE', { detail: `Order ${OrderId} is ${Status} and ${wanted}${edit}; ${way}.` });
}

/**
 * An order can be deleted while PLACED and younger than ten minutes.
 * @throws Problem ORDER_STATE, CANCEL_WINDOW_OVER
 */
export function mustBeDeletable(order: Order, now: Date): void {
  if (order.Status !== 'PLACED') throw refusal(order, { status: 'CANCELED' });
  if (now.getTime() - Date.parse(order.CreatedAt) >= CANCEL_WINDOW) throw new Problem('CANCEL_WINDOW_OVER');
}
