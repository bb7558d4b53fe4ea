/** A Lambda function as target: one call a batch, a bare JSON array, waited for or not. */
import { readBatchReport } from './batch-failures.js';
import { callLambda, type LambdaInvoke } from './lambda-call.js';
import { must } from './refusal.js';
import { MAX_BATCH_BYTES, type PipeTarget, type TargetResult } from './target.js';

/** https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeTargetLambdaFunctionParameters.html */
export type InvocationType = 'REQUEST_RESPONSE' | 'FIRE_AND_FORGET';

export interface LambdaTargetOptions {
  readonly arn: string;
  readonly invoke: LambdaInvoke;
  /**
   * REQUEST_RESPONSE (default for an ordered source) waits; FIRE_AND_FORGET is done as soon as Lambda has queued the event:
   * the function's errors, retries and batchItemFailures are then invisible to the pipe.
   */
  readonly invocationType?: InvocationType;
}

/** @throws PipeValidationError for an unknown invocation type. */
export function lambdaTarget({ arn, invoke, invocationType = 'REQUEST_RESPONSE' }: LambdaTargetOptions): PipeTarget {
  must(
    invocationType === 'REQUEST_RESPONSE' || invocationType === 'FIRE_AND_FORGET',
    'TargetParameters.LambdaFunctionParameters.InvocationType',
    invocationType,
    'it must be REQUEST_RESPONSE or FIRE_AND_FORGET',
  );
  const type = invocationType === 'FIRE_AND_FORGET' ? 'Event' : 'RequestResponse';
  return {
    arn,
    kind: 'lambda',
    maxBatchSize: 10_000,
    maxPayloadBytes: MAX_BATCH_BYTES,
    needsJson: true,
    async invoke(batch, { signal }): Promise<TargetResult> {
      const call = await callLambda(invoke, batch, signal, type);
      if (call.outcome === 'failed') return call;
      const { request, response, statusCode } = call;
      if (type === 'Event') return { outcome: 'success', request, response };
      const report = readBatchReport(
        response,
        batch.map(({ event }) => event),
      );
      if ('invalid' in report) {
        const message = `Invalid batch response: ${report.invalid}`;
        const error = { httpStatusCode: statusCode, message, awsService: 'lambda' };
        return { outcome: 'failed', fault: 'customer', throttled: false, error, request, response };
      }
      if (report.failed.length === 0) return { outcome: 'success', request, response };
      return { outcome: 'partial', failed: report.failed, request, response };
    },
  };
}
