import { describe, it } from 'node:test';
import { expect } from 'expect';
import { fromMessageBackend, fromTableBackend, toMessageBackend, toTableBackend } from './rewrite.js';

const answer = (body: unknown): Parameters<typeof fromTableBackend>[1] => ({
  status: 200,
  headers: { 'x-amz-crc32': '1', 'content-type': 'application/x-amz-json-1.0' },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
});
const textOf = ({ body }: { body: Buffer | string }): string => body.toString();

const OURS = 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/2026';
const THEIRS = 'arn:aws:dynamodb:dynoxide:000000000000:table/t/stream/2026';

describe('requests to the table backend', () => {
  it('name the region that it knows', () => {
    expect(toTableBackend('DescribeStream', Buffer.from(OURS), 'dynoxide').toString()).toBe(THEIRS);
  });

  it('that carry items are passed as they are, ARNs in attributes too', () => {
    const body = Buffer.from(OURS);
    expect(toTableBackend('PutItem', body, 'dynoxide')).toBe(body);
  });
});

describe('requests to the message backend', () => {
  it('ask for a second where they ask to see a message at once, which it would forget', () => {
    const sent =
      '{"Entries":[{"Id":"a","VisibilityTimeout":0},{"Id":"b","VisibilityTimeout": 0 },{"VisibilityTimeout":30}]}';
    const asked =
      '{"Entries":[{"Id":"a","VisibilityTimeout":1},{"Id":"b","VisibilityTimeout":1 },{"VisibilityTimeout":30}]}';
    expect(toMessageBackend('ChangeMessageVisibilityBatch', Buffer.from(sent)).toString()).toBe(asked);
    const other = Buffer.from(sent);
    expect(toMessageBackend('SendMessage', other)).toBe(other);
  });
});

describe('answers of the table backend', () => {
  it('name our region, and lose the checksum of what the backend wrote', () => {
    const rewritten = fromTableBackend(
      'DescribeStream',
      answer({ StreamArn: THEIRS, awsRegion: 'dynoxide' }),
      'dynoxide',
    );
    expect(JSON.parse(textOf(rewritten))).toEqual({ StreamArn: OURS, awsRegion: 'us-east-1' });
    expect(rewritten.headers).toEqual({ 'content-type': 'application/x-amz-json-1.0' });
  });

  it('keep the region of DynamoDB Local’s records, by which the pipes know them', () => {
    const rewritten = fromTableBackend('GetRecords', answer({ awsRegion: 'ddblocal' }), 'ddblocal');
    expect(JSON.parse(textOf(rewritten))).toEqual({ awsRegion: 'ddblocal' });
  });

  it('that carry items are passed as they are', () => {
    const original = answer({ Item: { Arn: { S: THEIRS } } });
    expect(fromTableBackend('GetItem', original, 'dynoxide')).toBe(original);
  });
});

describe('answers of the message backend', () => {
  for (const theirs of [
    'http://sqs.us-east-1.127.0.0.1:41234/000000000000/q',
    'http://127.0.0.1:41234/000000000000/q',
    // Of a queue that an earlier start made.
    'http://sqs.us-east-1.127.0.0.1:37483/000000000000/q',
  ])
    it(`name the endpoint instead of ${theirs}`, () => {
      const rewritten = fromMessageBackend(
        answer({ QueueUrl: theirs }),
        'http://127.0.0.1:41234',
        'http://127.0.0.1:4566',
      );
      expect(JSON.parse(textOf(rewritten))).toEqual({ QueueUrl: 'http://127.0.0.1:4566/000000000000/q' });
    });

  it('that name no queue are passed as they are', () => {
    const original = answer({ Body: 'http://127.0.0.1:412345/' });
    expect(textOf(fromMessageBackend(original, 'http://127.0.0.1:9999', 'http://127.0.0.1:4566'))).toBe(
      textOf(original),
    );
  });
});
