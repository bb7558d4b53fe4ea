/**
 * Makes every source's records look like DynamoDB's own: the one place that knows the emulators' quirks.
 * dynoxide and DynamoDB Local name themselves as region; dynoxide writes a record for a write that changes nothing and
 * numbers events "1", "2", ... in every table; DynamoDB Local cuts the record time to the minute. LocalStack has DynamoDB
 * Local inside and gives it AWS's names, but not its times and numbers.
 */
import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { type _Record, type AttributeValue } from '@aws-sdk/client-dynamodb-streams';
import { type AttributeMap, type ShardRecord, type StreamEvent } from './stream-event.js';

export interface AdapterOptions {
  readonly region: string;
  /** The ARN that events show. */
  readonly streamArn: string;
}

const DYNAMODB_LOCAL_REGION = 'ddblocal';
/** Numbers of DynamoDB itself open with another digit. */
const DYNAMODB_LOCAL_NUMBER = /^0{8}/;
const MINUTE_MS = 60_000;

/**
 * The record as Pipes would deliver it, or undefined for one that DynamoDB would not have written: a MODIFY whose images
 * are equal. `now` (epoch milliseconds) is the time of the record's first read.
 */
export function adaptRecord(
  raw: _Record,
  shardId: string,
  now: number,
  options: AdapterOptions,
): ShardRecord | undefined {
  const { eventName, dynamodb } = raw;
  const sequenceNumber = dynamodb?.SequenceNumber;
  if (dynamodb === undefined || sequenceNumber === undefined || eventName === undefined) {
    throw new TypeError(`Stream record without ${dynamodb === undefined ? 'dynamodb' : 'SequenceNumber or eventName'}`);
  }
  const { NewImage, OldImage } = dynamodb;
  if (eventName === 'MODIFY' && NewImage && OldImage && isDeepStrictEqual(NewImage, OldImage)) return undefined;
  const told = dynamodb.ApproximateCreationDateTime?.getTime() ?? now;
  const isCut = raw.awsRegion === DYNAMODB_LOCAL_REGION || DYNAMODB_LOCAL_NUMBER.test(sequenceNumber);
  const writtenAt = isCut ? withinMinute(told, now) : told;
  const event: StreamEvent = {
    eventID: eventIdOf(raw.eventID, sequenceNumber, shardId, options.streamArn),
    eventName,
    eventVersion: raw.eventVersion ?? '1.1',
    eventSource: 'aws:dynamodb',
    awsRegion: options.region,
    dynamodb: {
      ApproximateCreationDateTime: Math.floor(writtenAt / 1000),
      Keys: attributes(dynamodb.Keys ?? {}),
      ...(NewImage && { NewImage: attributes(NewImage) }),
      ...(OldImage && { OldImage: attributes(OldImage) }),
      SequenceNumber: sequenceNumber,
      SizeBytes: dynamodb.SizeBytes ?? 0,
      StreamViewType: dynamodb.StreamViewType ?? 'NEW_AND_OLD_IMAGES',
    },
    ...(raw.userIdentity && { userIdentity: identity(raw.userIdentity) }),
    eventSourceARN: options.streamArn,
  };
  return { event, sequenceNumber, writtenAt };
}

/** The record is at most a minute younger than told; taken as young as it can be, age never discards it early. */
const withinMinute = (told: number, now: number): number => Math.max(told, Math.min(now, told + MINUTE_MS - 1));

/** An event id that is only the sequence number repeats in other tables and shards; AWS's ids are 32 hex digits. */
function eventIdOf(told: string | undefined, sequenceNumber: string, shardId: string, streamArn: string): string {
  if (told !== undefined && told !== sequenceNumber) return told;
  return createHash('sha256').update(`${streamArn}\n${shardId}\n${sequenceNumber}`).digest('hex').slice(0, 32);
}

const identity = ({ Type, PrincipalId }: NonNullable<_Record['userIdentity']>): StreamEvent['userIdentity'] => ({
  ...(Type !== undefined && { type: Type }),
  ...(PrincipalId !== undefined && { principalId: PrincipalId }),
});

function attributes(map: Record<string, AttributeValue | undefined>): AttributeMap {
  const plain: Record<string, unknown> = {};
  // defineProperty: an attribute may be called __proto__, which an assignment would not store.
  for (const [name, value] of Object.entries(map)) {
    // The SDK loses the value of such an attribute on its way in: the record still has to pass.
    if (value === undefined) continue;
    if (name === '__proto__') Object.defineProperty(plain, name, { value: attribute(value), enumerable: true });
    else plain[name] = attribute(value);
  }
  return plain;
}

/** The SDK hands binary as bytes; events carry base64. */
function attribute(value: AttributeValue): unknown {
  if (value.B !== undefined) return { B: base64(value.B) };
  if (value.BS !== undefined) return { BS: value.BS.map(base64) };
  if (value.L !== undefined) return { L: value.L.map(attribute) };
  if (value.M !== undefined) return { M: attributes(value.M) };
  return value;
}

const base64 = (bytes: Uint8Array): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
