/** Every id that the system makes. */
import { randomBytes, randomUUID } from 'node:crypto';
import KSUID from 'ksuid';

const KSUID_PAYLOAD_BYTES = 16;
const MILLISECOND_BYTES = 2;

/** An id for a request that brought none, or a token of one logical write. */
export const newRequestId = (): string => randomUUID();

/** For whoever registers without a name. */
export const newUsername = (): string => randomUUID();

/** For one try of somebody to register. */
export const newRegistrationId = (): string => randomUUID();

/** Made by the sender, so that a message that is delivered twice writes one item. */
export const newPurchaseId = (): string => randomUUID();

/** Sorts by the time of its placing. */
export const newOrderId = (now: Date): string => newSortableId(now);

/** Sorts by the time of its making. */
export const newProductId = (now: Date): string => newSortableId(now);

/**
 * A KSUID, 27 characters, whose payload opens with the millisecond within its second,
 * so that ids made in one second still sort by time.
 */
function newSortableId(now: Date): string {
  const payload = randomBytes(KSUID_PAYLOAD_BYTES);
  payload.writeUInt16BE(now.getTime() % 1000);
  return KSUID.fromParts(now.getTime(), payload).string;
}

/** When an order id was made, or undefined for a text that is no order id. */
export function timeOfOrderId(id: string): Date | undefined {
  if (!/^[0-9A-Za-z]{27}$/.test(id)) return undefined;
  let parsed: KSUID;
  try {
    parsed = KSUID.parse(id);
  } catch {
    // 27 characters of base62 can still be a number above 20 bytes.
    return undefined;
  }
  const milliseconds = parsed.payload.subarray(0, MILLISECOND_BYTES).readUInt16BE();
  return milliseconds < 1000 ? new Date(parsed.date.getTime() + milliseconds) : undefined;
}

/** False for a text that is no product's id, whatever is stored. */
export const isProductId = (text: string): boolean => timeOfOrderId(text) !== undefined;

/** A request id that a caller sent is taken if it is well-formed, else a new one is made. */
export const requestIdFrom = (sent: unknown): string =>
  typeof sent === 'string' && /^[A-Za-z0-9-]{8,64}$/.test(sent) ? sent : newRequestId();
