/** Which request wrote what a stream record tells of. */
import { type StreamEvent } from '../../../libs/pipes/src/stream-event.js';
import { type Resource, type Table } from '../../../libs/topology/src/model.js';

/** What is longer is no id, and the journal would hold it with each step of the pipe. */
const LONGEST = 128;

/** The id of the request; undefined where the table declares no attribute for it, or the item has none. */
export type RequestIdOf = (event: StreamEvent) => string | undefined;

/** Reads the attribute that the record's table declares: of the new image, since the old one is of an earlier request. */
export function requestIdOfRecords(
  resources: readonly Resource[],
  physicalName: (table: Table) => string,
): RequestIdOf {
  const attributes = new Map(
    resources.flatMap((resource) =>
      resource.kind === 'table' && resource.requestId !== undefined
        ? [[physicalName(resource), resource.requestId] as const]
        : [],
    ),
  );
  return ({ eventSourceARN, dynamodb: { NewImage = {} } }) => {
    const attribute = attributes.get(tableIn(eventSourceARN));
    if (attribute === undefined) return undefined;
    const { S } = (NewImage[attribute] ?? {}) as { readonly S?: unknown };
    return typeof S === 'string' && S.length > 0 && S.length <= LONGEST ? S : undefined;
  };
}

/** `arn:aws:dynamodb:<region>:<account>:table/<name>/stream/<label>` */
const tableIn = (streamArn: string): string => streamArn.split('/')[1] ?? '';
