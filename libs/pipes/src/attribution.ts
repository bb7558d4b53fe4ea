/** Which records of the stream failed when a target fails events that an enrichment made of them. */
import { idsOf, positionsById } from './batch-failures.js';
import { type TargetResult } from './target.js';

/**
 * Carries the positions of a partial failure over from `enriched` to `sources`, by the eventID (or sequence number) that an
 * enrichment has to keep in what it returns. When one of the failed events has none, nobody knows what to send again: the
 * whole batch counts as failed.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
 */
export function attributeFailures(
  result: TargetResult,
  enriched: readonly unknown[],
  sources: readonly unknown[],
): TargetResult {
  if (result.outcome !== 'partial') return result;
  const ids = positionsById(sources);
  const source = (position: number): number | undefined => {
    const known = idsOf(enriched[position]).find((id) => ids.has(id));
    return known === undefined ? undefined : ids.get(known);
  };
  const internal = new Set(result.internal ?? []);
  const failed = new Set<number>();
  const blamed = new Set<number>();
  for (const position of result.failed) {
    const found = source(position);
    if (found === undefined) {
      const fault = result.failed.every((one) => internal.has(one)) ? 'internal' : 'customer';
      const message = `Event ${position + 1} failed and has no eventID of the batch: the enrichment must keep it`;
      return {
        ...result,
        outcome: 'failed',
        fault,
        error: { message, ...(result.error && { details: result.error.message }) },
      };
    }
    failed.add(found);
    if (!internal.has(position)) blamed.add(found);
  }
  return { ...result, failed: [...failed], internal: [...failed].filter((position) => !blamed.has(position)) };
}
