import { describe, it } from 'node:test';
import { expect } from 'expect';
import { isTransient, retrying } from './retry.js';

const named = (name: string, fields: object = {}): Error => Object.assign(new Error(name), { name, ...fields });
const cancelled = (...codes: string[]): Error =>
  named('TransactionCanceledException', { CancellationReasons: codes.map((Code) => ({ Code })) });

describe('what is tried again', () => {
  it('is what AWS may do better the next time', () => {
    const transient = [
      cancelled('None', 'TransactionConflict'),
      cancelled('ThrottlingError', 'None'),
      cancelled('None', 'TransactionConflict', 'ConditionalCheckFailed'),
      named('TransactionConflictException'),
      named('TransactionInProgressException'),
      named('ThrottlingException'),
      named('ProvisionedThroughputExceededException'),
      named('InternalServerError', { $metadata: { httpStatusCode: 500 } }),
      named('Error', { code: 'ECONNRESET' }),
      named('TimeoutError'),
      named('AbortError'),
    ];
    expect(transient.map(isTransient)).toEqual(transient.map(() => true));
  });

  it('is no failed condition, whatever stands behind it, and no mistake of ours', () => {
    const final = [
      cancelled('ConditionalCheckFailed', 'TransactionConflict'),
      cancelled('ValidationError', 'None'),
      named('ConditionalCheckFailedException', { $metadata: { httpStatusCode: 400 } }),
      named('ValidationException', { $metadata: { httpStatusCode: 400 } }),
      named('AccessDeniedException', { $metadata: { httpStatusCode: 400 } }),
      named('TypeError'),
      'text',
    ];
    expect(final.map(isTransient)).toEqual(final.map(() => false));
  });
});

describe('retrying', () => {
  it('counts the attempts and returns what the last one gives', async () => {
    const attempts: number[] = [];
    const result = await retrying((_options, attempt) => {
      attempts.push(attempt);
      return attempt < 3 ? Promise.reject(cancelled('TransactionConflict')) : Promise.resolve('done');
    });
    expect(result).toBe('done');
    expect(attempts).toEqual([1, 2, 3]);
  });

  it('ends after eight attempts with a problem that says when to come back', async () => {
    let attempts = 0;
    const failing = retrying(() => {
      attempts += 1;
      return Promise.reject(named('ThrottlingException'));
    });
    await expect(failing).rejects.toMatchObject({ code: 'TABLE_UNAVAILABLE', headers: { 'retry-after': '1' } });
    expect(attempts).toBe(8);
  });

  it('ends with a 409 where others are in the way to the last', async () => {
    const conflicts = [cancelled('None', 'TransactionConflict'), named('TransactionConflictException')];
    const refusing = conflicts.map(async (conflict) => {
      let attempts = 0;
      const failing = retrying(() => Promise.reject(((attempts += 1), conflict)));
      await expect(failing).rejects.toMatchObject({ code: 'WRITE_CONFLICT', headers: { 'retry-after': '1' } });
      expect(attempts).toBeGreaterThan(8);
      expect(attempts).toBeLessThanOrEqual(16);
    });
    await Promise.all(refusing);
  });

  it('throws at once what is final', async () => {
    let attempts = 0;
    const failing = retrying(() => {
      attempts += 1;
      return Promise.reject(named('ValidationException'));
    });
    await expect(failing).rejects.toMatchObject({ name: 'ValidationException' });
    expect(attempts).toBe(1);
  });
});
