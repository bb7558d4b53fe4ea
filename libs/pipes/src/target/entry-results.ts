/** Results of services that take a batch entry by entry and answer for each: only what failed is sent again. */
import { type CallData, type OutgoingRecord, type TargetResult } from '../target.js';

export interface EntryFailure {
  /** Position in the batch. */
  readonly position: number;
  readonly fault: 'customer' | 'internal';
  readonly message: string;
  /** The service's error code. */
  readonly code?: string | undefined;
}

export interface PreparedEntry<T> {
  readonly position: number;
  readonly entry: T;
}

/** Makes a request's entries; a record of which none can be made fails by itself, by the customer's fault. */
export function prepareEntries<T>(
  batch: readonly OutgoingRecord[],
  make: (record: OutgoingRecord, position: number) => T,
): { readonly entries: readonly PreparedEntry<T>[]; readonly failures: readonly EntryFailure[] } {
  const entries: PreparedEntry<T>[] = [];
  const failures: EntryFailure[] = [];
  for (const [position, record] of batch.entries()) {
    try {
      entries.push({ position, entry: make(record, position) });
    } catch (error) {
      failures.push({ position, fault: 'customer', message: error instanceof Error ? error.message : String(error) });
    }
  }
  return { entries, failures };
}

/**
 * What the failures of single entries mean for the batch: none is a success, all of one fault are a failed call, anything
 * else is a partial failure.
 */
export function resultOfEntries(
  count: number,
  failures: readonly EntryFailure[],
  awsService: string,
  data: CallData,
): TargetResult {
  const [first] = failures;
  if (first === undefined) return { outcome: 'success', ...data };
  const others = failures.length > 1 ? ` (and ${failures.length - 1} more)` : '';
  const error = {
    message: `${first.message}${others}`,
    awsService,
    ...(first.code !== undefined && { details: first.code }),
  };
  const internal = failures.filter(({ fault }) => fault === 'internal').map(({ position }) => position);
  if (failures.length === count && [0, count].includes(internal.length)) {
    return { outcome: 'failed', fault: internal.length > 0 ? 'internal' : 'customer', error, ...data };
  }
  const failed = failures.map(({ position }) => position);
  return { outcome: 'partial', failed, retry: 'failed-only', internal, error, ...data };
}

/** An entry as SNS and SQS answer for it. https://docs.aws.amazon.com/sns/latest/api/API_BatchResultErrorEntry.html */
export interface BatchResultErrorEntry {
  readonly Id?: string | undefined;
  readonly Code?: string | undefined;
  readonly Message?: string | undefined;
  readonly SenderFault?: boolean | undefined;
}

export interface BatchResult {
  readonly Successful?: readonly { readonly Id?: string | undefined }[] | undefined;
  readonly Failed?: readonly BatchResultErrorEntry[] | undefined;
}

/** The entries that an answer does not call successful; of one that it does not name nobody knows whether it was taken. */
export function failuresIn<T extends { readonly Id: string }>(
  entries: readonly PreparedEntry<T>[],
  { Successful = [], Failed = [] }: BatchResult,
): EntryFailure[] {
  const successful = new Set(Successful.map(({ Id }) => Id));
  const failed = new Map(Failed.map((failure) => [failure.Id, failure]));
  return entries.flatMap(({ position, entry: { Id } }) => {
    const failure = failed.get(Id);
    if (failure === undefined && successful.has(Id)) return [];
    const { SenderFault, Code, Message } = failure ?? {};
    return [
      {
        position,
        fault: SenderFault === true ? 'customer' : 'internal',
        code: Code,
        message: Message ?? Code ?? `The answer does not name entry ${Id}`,
      },
    ];
  });
}
