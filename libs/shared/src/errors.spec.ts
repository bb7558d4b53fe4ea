import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ERROR_CODES, Problem, statusOf } from './errors.js';
import { describeError } from './logger.js';

describe('a problem', () => {
  it('becomes a document with the fields of RFC 9457 and our own', () => {
    const problem = new Problem('EMAIL_TAKEN', { errors: [{ field: 'email', message: 'is taken' }] });
    expect(problem.toDocument('request-1')).toEqual({
      type: 'about:blank',
      title: 'Conflict',
      status: 409,
      detail: expect.stringMatching(/^Transaction canceled/),
      code: 'EMAIL_TAKEN',
      requestId: 'request-1',
      errors: [{ field: 'email', message: 'is taken' }],
    });
  });

  it('is titled in the words of RFC 9110', () => {
    expect(new Problem('BODY_TOO_LARGE').toDocument('id').title).toBe('Content Too Large');
    expect(new Problem('VALIDATION_FAILED').toDocument('id').title).toBe('Unprocessable Content');
  });

  it('says when to come back where that helps', () => {
    expect(new Problem('TABLE_UNAVAILABLE').headers).toEqual({ 'retry-after': '1' });
    expect(new Problem('USER_NOT_FOUND').headers).toEqual({});
  });

  it('has a sentence with a way out for each code of the catalogue, and a phrase for each status', () => {
    for (const code of ERROR_CODES) {
      const { title, detail, status } = new Problem(code).toDocument('id');
      expect(title).not.toBe('Error');
      expect(detail).toMatch(/[;,:] .*\.$/);
      expect(status).toBe(statusOf(code));
    }
  });
});

describe('what is logged of an error', () => {
  it('holds no message of a service and no stack', () => {
    const error = Object.assign(new Error('The table arn:aws:secret was not found'), {
      name: 'ResourceNotFoundException',
      $metadata: { httpStatusCode: 400, requestId: 'R1' },
    });
    expect(describeError(error)).toEqual({
      errorName: 'ResourceNotFoundException',
      awsStatus: 400,
      awsRequestId: 'R1',
    });
  });

  it("keeps the message of the language's own errors, which are bugs of ours", () => {
    expect(describeError(new TypeError('x is undefined'))).toEqual({
      errorName: 'TypeError',
      errorMessage: 'x is undefined',
    });
    expect(describeError('text')).toEqual({ errorName: 'string' });
  });
});
