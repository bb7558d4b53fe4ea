/** Reads what a target's response says of single records: `{"batchItemFailures":[{"itemIdentifier":"<id>"}]}`. */

/** Positions of the failed records, or why the whole batch counts as failed. */
export type BatchReport = { readonly failed: readonly number[] } | { readonly invalid: string };

const ALL_WELL: BatchReport = { failed: [] };

/**
 * An empty response or an empty list is success; an entry without an id of this batch fails the whole batch.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html names the event id as
 * identifier; Lambda's event source mappings and Powertools use the sequence number: both are taken.
 */
export function readBatchReport(response: string, batch: readonly unknown[]): BatchReport {
  if (response.trim() === '') return ALL_WELL;
  let body: unknown;
  try {
    body = JSON.parse(response);
  } catch {
    return { invalid: 'the response is not JSON' };
  }
  if (typeof body !== 'object' || body === null || !('batchItemFailures' in body)) return ALL_WELL;
  const entries = body.batchItemFailures;
  if (entries === null || entries === undefined) return ALL_WELL;
  if (!Array.isArray(entries)) return { invalid: 'batchItemFailures is not a list' };
  if (entries.length === 0) return ALL_WELL;
  const positions = positionsById(batch);
  const failed = new Set<number>();
  for (const entry of entries as unknown[]) {
    const id =
      typeof entry === 'object' && entry !== null && 'itemIdentifier' in entry ? entry.itemIdentifier : undefined;
    if (typeof id !== 'string' || id === '') return { invalid: 'an entry of batchItemFailures has no itemIdentifier' };
    const position = positions.get(id);
    if (position === undefined) return { invalid: `itemIdentifier "${id}" is not in the batch` };
    failed.add(position);
  }
  return { failed: [...failed].sort((a, b) => a - b) };
}

/**
 * Positions of events by the ids that a target may report: event id and sequence number. Of several events with one id,
 * as an enrichment may make them, the first: from there on nothing counts as delivered.
 */
export function positionsById(batch: readonly unknown[]): ReadonlyMap<string, number> {
  const positions = new Map<string, number>();
  batch.forEach((event, position) => {
    for (const id of idsOf(event)) if (!positions.has(id)) positions.set(id, position);
  });
  return positions;
}

/** The ids under which an event can be reported; an enrichment may have left none of them. */
export function idsOf(event: unknown): readonly string[] {
  if (typeof event !== 'object' || event === null) return [];
  const { eventID, dynamodb } = event as { eventID?: unknown; dynamodb?: { SequenceNumber?: unknown } | null };
  return [eventID, dynamodb?.SequenceNumber].filter((id) => typeof id === 'string');
}
