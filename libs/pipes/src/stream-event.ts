/** A stream record in the shape in which EventBridge Pipes hands it to a target. */

export type AttributeMap = Readonly<Record<string, unknown>>;

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html (the event; times as real pipes send them) */
export interface StreamEvent {
  readonly eventID: string;
  readonly eventName: 'INSERT' | 'MODIFY' | 'REMOVE';
  readonly eventVersion: string;
  readonly eventSource: 'aws:dynamodb';
  readonly awsRegion: string;
  readonly dynamodb: {
    /** Epoch seconds, a whole number. */
    readonly ApproximateCreationDateTime: number;
    /** Attribute values; binary ones in base64. */
    readonly Keys: AttributeMap;
    readonly NewImage?: AttributeMap;
    readonly OldImage?: AttributeMap;
    readonly SequenceNumber: string;
    readonly SizeBytes: number;
    readonly StreamViewType: string;
  };
  /** `{type:"Service", principalId:"dynamodb.amazonaws.com"}` when TTL deleted the item. */
  readonly userIdentity?: { readonly type?: string; readonly principalId?: string };
  readonly eventSourceARN: string;
}

/** One record on its way through a shard. */
export interface ShardRecord {
  readonly event: StreamEvent;
  readonly sequenceNumber: string;
  /** Epoch milliseconds at which the record was written, as exactly as the source tells. */
  readonly writtenAt: number;
}
