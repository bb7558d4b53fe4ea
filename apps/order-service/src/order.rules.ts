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
  readonly items?: unknown;
}

/** The states an order must be in for a change: an edit needs PLACED, a new status one that it can be entered from. */
export function startingStates(change: WantedChange): readonly OrderStatus[] {
  const from = change.status === undefined ? ALL : ENTERED_FROM[change.status];
  return isEdit(change) ? from.filter((state) => state === 'PLACED') : from;
}

const ALL = Object.keys(ENTERED_FROM) as OrderStatus[];
const isEdit = ({ amount, items }: WantedChange): boolean => amount !== undefined || items !== undefined;

/** What the owner of an order may do to its status; the shop does the rest. */
export const isOwnersMove = (status: OrderStatus | undefined): boolean => status === undefined || status === 'CANCELED';

/** Why a change cannot be made to an order as it stands. */
export function refusal(order: Order, change: WantedChange): Problem {
  const { OrderId, Status, Items } = order;
  const { status, amount } = change;
  if (Items !== undefined && amount !== undefined && startingStates(change).includes(Status))
    return new Problem('VALIDATION_FAILED', {
      errors: ['amount', 'numItems'].map((field) => ({ field, message: OF_LINES })),
    });
  const next = ALL.filter((state) => ENTERED_FROM[state].includes(Status));
  const wanted = status === undefined ? 'can no longer be edited' : `cannot become ${status}`;
  const edit = isEdit(change) && status !== undefined ? ' with an edit' : '';
  const way = next.length === 0 ? 'that state is final' : `from there it can become ${next.join(' or ')}`;
  return new Problem('ORDER_STATE', { detail: `Order ${OrderId} is ${Status} and ${wanted}${edit}; ${way}.` });
}

const OF_LINES = 'follows from the lines of this order; send items instead';

/**
 * An order can be deleted while PLACED and younger than ten minutes.
 * @throws Problem ORDER_STATE, CANCEL_WINDOW_OVER
 */
export function mustBeDeletable(order: Order, now: Date): void {
  if (order.Status !== 'PLACED') throw refusal(order, { status: 'CANCELED' });
  if (now.getTime() - Date.parse(order.CreatedAt) >= CANCEL_WINDOW) throw new Problem('CANCEL_WINDOW_OVER');
}

/**
 * The key that an order came under, named in the header, in the body, or in neither.
 * @throws Problem VALIDATION_FAILED when the two differ
 */
export function keyOf(inBody: string | undefined, inHeader: string | undefined): string | undefined {
  if (inBody !== undefined && inHeader !== undefined && inBody !== inHeader)
    throw new Problem('VALIDATION_FAILED', {
      errors: [{ field: 'orderId', message: 'must be equal to Idempotency-Key if both are given' }],
    });
  return inBody ?? inHeader;
}
