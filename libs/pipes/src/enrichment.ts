/** What the runner asks of an enrichment, and how its answer becomes the batch that the target gets. */
import { type CallContext, type CallData, type FailedCall, type OutgoingRecord } from './target.js';

/** The kinds of enrichments that are emulated. */
export type EnrichmentKind = 'lambda' | 'api-destination' | 'api-gateway';

export interface EnrichedCall extends CallData {
  readonly outcome: 'success';
  /** The answer as it came. */
  readonly response: string;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html */
export interface PipeEnrichment {
  readonly arn: string;
  readonly kind: EnrichmentKind;
  /** 1 for what takes one event a call: a pipe with such an enrichment cannot batch. */
  readonly maxBatchSize: number;
  /** Calls it and waits for the answer; a rejection counts as an internal error. */
  invoke(batch: readonly OutgoingRecord[], context: CallContext): Promise<EnrichedCall | FailedCall>;
}

/** The longest answer of an enrichment, in bytes. https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html */
export const MAX_ENRICHMENT_BYTES = 6 * 1024 * 1024;

/**
 * The events that an answer stands for: the elements of an array, or the one value that is none. `""`, `{}`, `[]`, null
 * and no answer at all are no event; `[{}]` is one empty event. Text that is no JSON is one event, a string: AWS says that
 * an enrichment's payload may be non-JSON.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-input-transformation.html
 */
export function readEnriched(response: string): readonly unknown[] {
  if (response.trim() === '') return [];
  let answer: unknown;
  try {
    answer = JSON.parse(response);
  } catch {
    return [response];
  }
  if (Array.isArray(answer)) return answer as unknown[];
  return isEmpty(answer) ? [] : [answer];
}

const isEmpty = (value: unknown): boolean =>
  value === null || value === '' || (typeof value === 'object' && Object.keys(value).length === 0);
