/** What the declared pipe has delivered, as its steps in the journal tell: the notifier swallows what comes twice. */
import { type JournalEntry } from '../../localstack/src/journal-event.js';

const PIPE = 'tabletop-dev-order-events';

/** One call of the target with one batch. */
export interface Delivery {
  readonly eventIds: readonly string[];
  /** Epoch milliseconds, by the clock of the machine. */
  readonly startedAt: number;
  /** `open` where nobody was left to tell: the call may have arrived. */
  readonly outcome: 'open' | 'succeeded' | 'failed';
}

/** In the order in which they began. */
export function deliveriesIn(entries: readonly JournalEntry[]): Delivery[] {
  const deliveries = new Map<string, Delivery>();
  for (const entry of entries) {
    if (entry.type !== 'pipe-step' || entry.pipe !== PIPE) continue;
    const { executionId, step, eventIds, at } = entry;
    if (step === 'TARGET_INVOCATION_STARTED') deliveries.set(executionId, { eventIds, startedAt: at, outcome: 'open' });
    const begun = deliveries.get(executionId);
    if (begun === undefined) continue;
    if (step === 'TARGET_INVOCATION_SUCCEEDED') deliveries.set(executionId, { ...begun, outcome: 'succeeded' });
    if (step === 'TARGET_INVOCATION_FAILED') deliveries.set(executionId, { ...begun, outcome: 'failed' });
  }
  return [...deliveries.values()];
}

/** The events that the target was given more than once, or may have been. */
export function repeatedIn(deliveries: readonly Delivery[]): string[] {
  const times = new Map<string, number>();
  for (const { eventIds, outcome } of deliveries)
    if (outcome !== 'failed') for (const id of eventIds) times.set(id, (times.get(id) ?? 0) + 1);
  return [...times].flatMap(([id, count]) => (count > 1 ? [id] : []));
}
