/** What a target's report of single failures means for the positions of a batch. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { readBatchReport } from './batch-failures.js';

describe('a report of failed records', () => {
  it('means the first of several events with one id, so that none of them counts as delivered', () => {
    const batch = ['a', 'b', 'b', 'c', 'b'].map((eventID) => ({ eventID }));
    const report = JSON.stringify({ batchItemFailures: [{ itemIdentifier: 'b' }] });
    expect(readBatchReport(report, batch)).toEqual({ failed: [1] });
  });
});
