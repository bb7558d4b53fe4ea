/** A Lambda function as enrichment: gets the batch as a JSON array, always waited for; its answer replaces the batch. */
import { type PipeEnrichment } from './enrichment.js';
import { callLambda, type LambdaInvoke } from './lambda-call.js';

export interface LambdaEnrichmentOptions {
  readonly arn: string;
  readonly invoke: LambdaInvoke;
}

/** https://docs.aws.amazon.com/eventbridge/latest/userguide/pipes-enrichment.html */
export function lambdaEnrichment({ arn, invoke }: LambdaEnrichmentOptions): PipeEnrichment {
  return {
    arn,
    kind: 'lambda',
    maxBatchSize: 10_000,
    async invoke(batch, { signal }) {
      const call = await callLambda(invoke, batch, signal, 'RequestResponse');
      return call.outcome === 'failed' ? call : { ...call, outcome: 'success' };
    },
  };
}
