/** Which answers of Lambda are the customer's fault (counted, given up one day) and which are not (retried for ever). */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type LambdaReply } from './lambda-call.js';
import { lambdaTarget } from './lambda-target.js';
import { FUNCTION_ARN } from '../test/pipe-fixture.js';

const event = { eventID: 'e1', dynamodb: { SequenceNumber: '1' } };
const batch = [{ event, text: JSON.stringify(event) }];
const context = { signal: new AbortController().signal, pipeName: 'pipe', now: Date.now };
const ask = (invoke: () => Promise<LambdaReply>): Promise<unknown> =>
  lambdaTarget({ arn: FUNCTION_ARN, invoke }).invoke(batch, context);
const replies = (reply: Partial<LambdaReply>): (() => Promise<LambdaReply>) =>
  () => Promise.resolve({ statusCode: 200, payload: 'null', ...reply }); // prettier-ignore
const rejects = (properties: object) => (): Promise<LambdaReply> =>
  Promise.reject(Object.assign(new Error('refused'), properties));

describe('what a Lambda function answers', () => {
  const results: readonly (readonly [title: string, invoke: () => Promise<LambdaReply>, result: object])[] = [
    ['a value is a success', replies({ payload: '{"done":true}' }), { outcome: 'success' }],
    ['nothing is a success', replies({ payload: '' }), { outcome: 'success' }],
    [
      'a function error is the customer’s',
      replies({ functionError: 'Unhandled', payload: '{"errorType":"Error","errorMessage":"broken"}' }),
      { outcome: 'failed', fault: 'customer', error: expect.objectContaining({ message: 'broken' }) },
    ],
    ['text that is no JSON is a failure', replies({ payload: '<html>' }), { outcome: 'failed', fault: 'customer' }],
    ['429 is throttling', replies({ statusCode: 429 }), { outcome: 'failed', fault: 'internal', throttled: true }],
    ['503 is the service’s', replies({ statusCode: 503 }), { outcome: 'failed', fault: 'internal', throttled: false }],
    ['403 is the customer’s', replies({ statusCode: 403 }), { outcome: 'failed', fault: 'customer' }],
    [
      'an unknown function is the customer’s',
      rejects({ name: 'ResourceNotFoundException', $fault: 'client', $metadata: { httpStatusCode: 404 } }),
      { outcome: 'failed', fault: 'customer', error: expect.objectContaining({ httpStatusCode: 404 }) },
    ],
    [
      'TooManyRequestsException is throttling',
      rejects({ name: 'TooManyRequestsException', $fault: 'client', $metadata: { httpStatusCode: 429 } }),
      { outcome: 'failed', fault: 'internal', throttled: true },
    ],
    [
      'a service exception is the service’s',
      rejects({ name: 'ServiceException', $fault: 'server', $metadata: { httpStatusCode: 500 } }),
      { outcome: 'failed', fault: 'internal' },
    ],
    ['a broken connection is nobody’s', rejects({ code: 'ECONNRESET' }), { outcome: 'failed', fault: 'internal' }],
  ];
  for (const [title, invoke, result] of results) {
    it(title, async () => expect(await ask(invoke)).toMatchObject(result));
  }
});
