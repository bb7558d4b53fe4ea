/** Which answers of Lambda are the customer's fault (counted, given up one day) and which are not (retried for ever). */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type LambdaInvoke, type LambdaReply } from './lambda-call.js';
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

  it('41 FIRE_AND_FORGET ignores FunctionError', async () => {
    const types: string[] = [];
    const invoke: LambdaInvoke = (_payload, _signal, type) => {
      types.push(type);
      return Promise.resolve({ statusCode: 202, functionError: 'Unhandled', payload: '{"batchItemFailures":"all"}' });
    };
    const target = lambdaTarget({ arn: FUNCTION_ARN, invoke, invocationType: 'FIRE_AND_FORGET' });
    expect(await target.invoke(batch, context)).toMatchObject({ outcome: 'success' });
    expect(types).toEqual(['Event']);
  });

  it('a refused event is a failure although nobody waits for the function', async () => {
    const invoke: LambdaInvoke = () => Promise.resolve({ statusCode: 429, payload: '' });
    const target = lambdaTarget({ arn: FUNCTION_ARN, invoke, invocationType: 'FIRE_AND_FORGET' });
    expect(await target.invoke(batch, context)).toMatchObject({
      outcome: 'failed',
      fault: 'internal',
      throttled: true,
    });
  });

  it('a payload that is too long is the customer’s, and is not sent', async () => {
    for (const [invocationType, limit] of [
      ['REQUEST_RESPONSE', 6 * 1024 * 1024],
      ['FIRE_AND_FORGET', 1024 * 1024],
    ] as const) {
      let calls = 0;
      const invoke: LambdaInvoke = () => Promise.resolve({ statusCode: 200 + (calls += 1), payload: '' });
      const target = lambdaTarget({ arn: FUNCTION_ARN, invoke, invocationType });
      const fitting = { event, text: 'x'.repeat(limit - 2) };
      expect(await target.invoke([fitting], context)).toMatchObject({ outcome: 'success' });
      expect(await target.invoke([{ event, text: `${fitting.text}x` }], context)).toMatchObject({
        outcome: 'failed',
        fault: 'customer',
        error: { details: 'RequestTooLargeException' },
      });
      expect(calls).toBe(1);
    }
  });
});
