/** Whose records failed when the target failed what an enrichment made of them. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { attributeFailures } from './attribution.js';
import { type TargetResult } from './target.js';

const record = (eventID: string): object => ({ eventID, dynamodb: { SequenceNumber: `9${eventID}` } });
const sources = ['a', 'b', 'c'].map(record);

/** The result for the records when the events at these positions failed, of which the service takes the blame for some. */
const attribute = (
  enriched: readonly unknown[],
  failed: readonly number[],
  internal: readonly number[] = [],
): TargetResult => attributeFailures({ outcome: 'partial', retry: 'failed-only', failed, internal }, enriched, sources);

describe('a failure of enriched events', () => {
  it('is that of the records whose ids they keep', () => {
    const enriched = [{ eventID: 'c' }, { other: 1 }, { dynamodb: { SequenceNumber: '9a' } }];
    expect(attribute(enriched, [0, 2])).toMatchObject({
      outcome: 'partial',
      retry: 'failed-only',
      failed: [2, 0],
      internal: [],
    });
  });

  it('is the service’s only for records of which it failed every event', () => {
    const enriched = [{ eventID: 'b' }, { eventID: 'b' }, { eventID: 'c' }];
    expect(attribute(enriched, [0, 1, 2], [0, 2])).toMatchObject({ failed: [1, 2], internal: [2] });
  });

  it('is that of the whole batch when one of them keeps no id of the batch', () => {
    for (const lost of [{ other: 1 }, { eventID: 'd' }, 'text', null, { dynamodb: null }]) {
      const enriched = [{ eventID: 'a' }, lost, { eventID: 'c' }];
      expect(attribute(enriched, [0, 1])).toMatchObject({ outcome: 'failed', fault: 'customer' });
      expect(attribute(enriched, [1], [1])).toMatchObject({ outcome: 'failed', fault: 'internal' });
      expect(attribute(enriched, [0, 2])).toMatchObject({ outcome: 'partial' });
    }
  });

  it('leaves a success and a failure of the whole call as they are', () => {
    const failed: TargetResult = { outcome: 'failed', fault: 'internal', error: { message: 'away' } };
    expect(attributeFailures({ outcome: 'success' }, [], sources)).toEqual({ outcome: 'success' });
    expect(attributeFailures(failed, [], sources)).toBe(failed);
  });
});
