/** A purchase's record, and the event that carries a change of it through the queue. */
import * as z from 'zod';

const MOST_FIELDS = 50;
const DEEPEST = 5;
const LONGEST_NAME = 255;

/** What the server sets, and the names of the table's own attributes. */
const RESERVED = /^(?:PK|SK|GSI1.*|Type|ExpiresAt|action)$/;

/** A larger number has been changed by JSON.parse already, and the table's client refuses it. */
const LARGEST_NUMBER = Number.MAX_SAFE_INTEGER;
/** DynamoDB's: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/HowItWorks.NamingRulesDataTypes.html */
const SMALLEST_NUMBER = 1e-130;

export type RecordValue = string | number | boolean | null | RecordValue[] | { [name: string]: RecordValue };
export type PurchaseRecord = Record<string, RecordValue>;

/**
 * Names that JavaScript gives a meaning of its own: what copies objects leaves a field `__proto__` out without a word, and
 * the table's client takes an object's `constructor` for its type.
 */
const NOT_KEPT = ['__proto__', 'constructor'] as const;

/** Any JSON value without such a field. */
const copyable = z
  .unknown()
  .check(({ value, issues }) => {
    const name = notKeptIn(value);
    if (name !== undefined)
      issues.push({ code: 'custom', path: [name], message: 'is a name that cannot be kept', input: value });
  })
  .meta({ type: 'object' });

/** A parsed body holds JSON only; how deep it goes is looked at below, and by nothing that recurses before. */
const parsedValue = z.unknown() as z.ZodType<RecordValue>;

/** Any JSON object that the table can keep as it is; one mistake a field. */
export const purchaseRecordSchema: z.ZodType<PurchaseRecord, unknown> = copyable
  .pipe(z.record(z.string(), parsedValue, 'must be a JSON object'))
  .check(({ value, issues }) => {
    const names = Object.keys(value);
    const refuse = (path: string[], message: string): void => {
      issues.push({ code: 'custom', path, message, input: value });
    };
    if (names.length > MOST_FIELDS) refuse([], `has ${names.length} fields; at most ${MOST_FIELDS} are taken`);
    for (const name of names) {
      const mistake = RESERVED.test(name) ? 'is set by the server; leave it out' : mistakeIn(name, value[name], 1);
      if (mistake !== undefined) refuse([name], mistake);
    }
  })
  .meta({ id: 'Purchase', description: 'Any fields; they are kept as they are.' });

/** Not by recursion: a body may be nested deeper than the stack. */
function notKeptIn(value: unknown): string | undefined {
  const rest: unknown[] = [value];
  while (rest.length > 0) {
    const next = rest.pop();
    if (typeof next !== 'object' || next === null) continue;
    const name = NOT_KEPT.find((each) => Object.hasOwn(next, each));
    if (name !== undefined) return name;
    rest.push(...(Object.values(next) as unknown[]));
  }
  return undefined;
}

/** Why a field cannot be kept as it is; undefined when it can. */
function mistakeIn(name: string, value: unknown, depth: number): string | undefined {
  if (name === '' || name.length > LONGEST_NAME || !name.isWellFormed())
    return `has a name that is empty, longer than ${LONGEST_NAME} characters or broken Unicode`;
  if (typeof value === 'string') return value.isWellFormed() ? undefined : 'holds broken Unicode';
  if (typeof value === 'number') {
    const size = Math.abs(value);
    return size === 0 || (size >= SMALLEST_NUMBER && size <= LARGEST_NUMBER)
      ? undefined
      : `is a number that cannot be kept as it is (${SMALLEST_NUMBER} to ${LARGEST_NUMBER} can); send it as text`;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (depth === DEEPEST) return `is nested deeper than ${DEEPEST} levels`;
  const entries = Array.isArray(value) ? value.map((each) => ['0', each] as const) : Object.entries(value);
  for (const [inner, each] of entries) {
    const mistake = mistakeIn(inner, each, depth + 1);
    if (mistake !== undefined) return mistake;
  }
  return undefined;
}

/** What a message of the queue says. Its `at` orders the events of one purchase, whatever order they arrive in. */
export const purchaseEventSchema = z.discriminatedUnion('action', [
  z.object({
    action: z.literal('create'),
    ProductPurchaseId: z.uuid(),
    at: z.iso.datetime(),
    TimeOfPurchase: z.iso.datetime(),
    record: z.record(z.string(), z.json()),
  }),
  z.object({
    action: z.literal('update'),
    ProductPurchaseId: z.uuid(),
    at: z.iso.datetime(),
    TimeOfPurchase: z.iso.datetime().optional(),
    record: z.record(z.string(), z.json()),
  }),
  z.object({ action: z.literal('delete'), ProductPurchaseId: z.uuid(), at: z.iso.datetime() }),
]);
export type PurchaseEvent = z.output<typeof purchaseEventSchema>;
