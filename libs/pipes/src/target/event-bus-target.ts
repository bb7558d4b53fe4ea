/** An EventBridge event bus as target: one event a record, in one PutEvents. */
import { failedByRejection } from '../aws-rejection.js';
import { must } from '../refusal.js';
import { MAX_BATCH_BYTES, type OutgoingRecord, type PipeTarget } from '../target.js';
import { dynamicParameter, dynamicPath, type DynamicParameter } from './dynamic-parameter.js';
import { prepareEntries, resultOfEntries, type EntryFailure, type PreparedEntry } from './entry-results.js';

interface EventEntry {
  EventBusName: string;
  Source: string;
  DetailType: string;
  Detail: string;
  Resources?: string[];
  Time?: Date;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html */
export interface PutEventsInput {
  EndpointId?: string;
  Entries: EventEntry[];
}

export interface PutEventsOutput {
  readonly FailedEntryCount?: number | undefined;
  /** One for each entry of the request, in its order. */
  readonly Entries?:
    | readonly {
        readonly EventId?: string | undefined;
        readonly ErrorCode?: string | undefined;
        readonly ErrorMessage?: string | undefined;
      }[]
    | undefined;
}

export interface EventBusTargetOptions {
  readonly arn: string;
  /** Calls PutEvents; rejects with the AWS SDK's error shape, or with any error when it cannot be reached. */
  readonly putEvents: (input: PutEventsInput, signal: AbortSignal) => Promise<PutEventsOutput>;
  /** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetEventBridgeEventBusParameters.html */
  readonly parameters?: {
    /** Text or path, at most 128 characters; default `Event from aws:dynamodb`. */
    readonly detailType?: string;
    /** Text or path, at most 256 characters, not `aws.…`; default `Pipe <name of the pipe>`. */
    readonly source?: string;
    /** At most 10 ARNs or paths. */
    readonly resources?: readonly string[];
    /** Path to an RFC 3339 time or to epoch seconds; default: when PutEvents is called. */
    readonly time?: string;
    readonly endpointId?: string;
  };
}

/** All entries of one request together. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevents.html */
const MAX_REQUEST_BYTES = 1024 * 1024;

/** Error codes by which the service blames itself. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html */
const INTERNAL = new Set(['InternalFailure', 'InternalException', 'ThrottlingException', 'ServiceUnavailable']);

/** @throws PipeValidationError for parameters that AWS refuses. */
export function eventBusTarget({ arn, putEvents, parameters = {} }: EventBusTargetOptions): PipeTarget {
  const entryOf = entryMaker(arn, parameters);
  const { endpointId } = parameters;
  must(
    endpointId === undefined || (/^[A-Za-z0-9-]+\.[A-Za-z0-9-]+$/.test(endpointId) && endpointId.length <= 50),
    at('EndpointId'),
    endpointId,
    'it must be the URL subdomain of an endpoint such as abcde.veo',
  );
  return {
    arn,
    kind: 'event-bus',
    maxBatchSize: 10,
    maxPayloadBytes: MAX_BATCH_BYTES,
    needsJson: false,
    async invoke(batch, { signal, pipeName }) {
      const { entries, failures } = prepareEntries(batch, (record) => entryOf(record, pipeName));
      if (entries.length === 0) return resultOfEntries(batch.length, failures, 'events', {});
      const request: PutEventsInput = {
        ...(endpointId !== undefined && { EndpointId: endpointId }),
        Entries: entries.map(({ entry }) => entry),
      };
      const bytes = entries.reduce((sum, { entry }) => sum + sizeOf(entry), 0);
      if (bytes > MAX_REQUEST_BYTES) {
        const message = `The entries have ${bytes} bytes, a PutEvents takes at most ${MAX_REQUEST_BYTES}`;
        const error = { httpStatusCode: 413, message, details: 'RequestEntityTooLarge', awsService: 'events' };
        return { outcome: 'failed', fault: 'customer', error, request };
      }
      try {
        const response = await putEvents(request, signal);
        const all = [...failures, ...failuresOf(entries, response)];
        return resultOfEntries(batch.length, all, 'events', { request, response });
      } catch (error) {
        return { ...failedByRejection(error, 'events'), request };
      }
    },
  };
}

const at = (name: string): string => `TargetParameters.EventBridgeEventBusParameters.${name}`;

function entryMaker(
  arn: string,
  { detailType, source, resources = [], time }: NonNullable<EventBusTargetOptions['parameters']>,
): (record: OutgoingRecord, pipeName: string) => EventEntry {
  must(source === undefined || !source.startsWith('aws.'), at('Source'), source, 'it must not begin with aws.');
  must(resources.length <= 10, at('Resources'), resources, 'at most 10 resources');
  const detailTypeOf = detailType === undefined ? undefined : dynamicParameter(at('DetailType'), detailType, 128);
  const sourceOf = source === undefined ? undefined : dynamicParameter(at('Source'), source, 256);
  const resourcesOf = resources.map((resource): DynamicParameter => dynamicParameter(at('Resources'), resource, 1600));
  const timeOf = time === undefined ? undefined : dynamicPath(at('Time'), time);
  return ({ text, event }, pipeName) => ({
    EventBusName: arn,
    Source: sourceOf?.(event) ?? `Pipe ${pipeName}`,
    DetailType: detailTypeOf?.(event) ?? 'Event from aws:dynamodb',
    Detail: text,
    ...(resourcesOf.length > 0 && { Resources: resourcesOf.map((read) => read(event)) }),
    ...(timeOf && { Time: toTime(timeOf(event)) }),
  });
}

/** @throws Error when it is no time. */
function toTime(value: unknown): Date {
  const time = typeof value === 'number' ? new Date(value * 1000) : new Date(String(value));
  if (Number.isNaN(time.getTime())) throw new Error(`${at('Time')}: ${JSON.stringify(value)} is not a time`);
  return time;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-putevent-size.html */
function sizeOf({ Source, DetailType, Detail, Resources = [], Time }: EventEntry): number {
  return [Source, DetailType, Detail, ...Resources].reduce(
    (sum, text) => sum + Buffer.byteLength(text),
    Time === undefined ? 0 : 14,
  );
}

function failuresOf(entries: readonly PreparedEntry<EventEntry>[], { Entries = [] }: PutEventsOutput): EntryFailure[] {
  return entries.flatMap(({ position }, index) => {
    const { EventId, ErrorCode: code, ErrorMessage: message } = Entries[index] ?? {};
    if (code === undefined && EventId !== undefined) return [];
    // An entry without an answer: nobody knows whether the bus has it.
    const fault = code === undefined || INTERNAL.has(code) ? 'internal' : 'customer';
    return [{ position, fault, code, message: message ?? code ?? `The answer does not name entry ${index + 1}` }];
  });
}
