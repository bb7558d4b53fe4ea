import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type StreamEvent } from '../../../libs/pipes/src/stream-event.js';
import { singleTable, topic } from '../../../libs/topology/src/construct.js';
import { requestIdOfRecords } from './request-id.js';

const images = (NewImage: StreamEvent['dynamodb']['NewImage'], table = 'shop-dev-data'): StreamEvent => ({
  ...{ eventID: 'e', eventName: 'MODIFY', eventVersion: '1.1', eventSource: 'aws:dynamodb', awsRegion: 'us-east-1' },
  eventSourceARN: `arn:aws:dynamodb:us-east-1:000000000000:table/${table}/stream/2026-01-01T00:00:00.000`,
  dynamodb: {
    ...{ ApproximateCreationDateTime: 1, Keys: { PK: { S: 'a' } }, SequenceNumber: '1', SizeBytes: 1 },
    StreamViewType: 'NEW_AND_OLD_IMAGES',
    OldImage: { AskedBy: { S: 'an earlier request' } },
    ...(NewImage && { NewImage }),
  },
});

describe('the request that a stream record tells of', () => {
  const tables = [
    singleTable('data', { stream: 'NEW_IMAGE', requestId: 'AskedBy' }),
    singleTable('silent'),
    topic('events'),
  ];
  const requestIdOf = requestIdOfRecords(tables, ({ name }) => `shop-dev-${name}`);

  it('is what the declared attribute of the new image says', () =>
    expect(requestIdOf(images({ AskedBy: { S: 'request-1' } }))).toBe('request-1'));

  for (const [what, record] of [
    ['was deleted', images(undefined)],
    ['has no such attribute', images({ Other: { S: 'request-1' } })],
    ['has nothing in it', images({ AskedBy: { S: '' } })],
    ['has far more in it than an id', images({ AskedBy: { S: 'x'.repeat(129) } })],
    ['has another thing there', images({ AskedBy: { N: '1' } })],
    ['is of a table that declares none', images({ AskedBy: { S: 'request-1' } }, 'shop-dev-silent')],
    ['is of a table that nobody declared', images({ AskedBy: { S: 'request-1' } }, 'another')],
  ] as const)
    it(`is not known of an item that ${what}`, () => expect(requestIdOf(record)).toBeUndefined());
});
