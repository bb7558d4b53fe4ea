/** A Lambda enrichment that the test answers for. */
import { type PipeEnrichment } from '../src/enrichment.js';
import { lambdaEnrichment } from '../src/lambda-enrichment.js';
import { type StreamEvent } from '../src/stream-event.js';
import { replyOf, type Answer } from './pipe-fixture.js';

export const ENRICHMENT_ARN = 'arn:aws:lambda:us-east-1:000000000000:function:enricher';

export interface TestEnrichment {
  readonly enrichment: PipeEnrichment;
  /** Every batch that it was called with. */
  readonly calls: StreamEvent[][];
}

/** Answers as a test's target does: a value is the result, a Failure a function error, a throw a broken connection. */
export function enrichmentBy(answer: Answer): TestEnrichment {
  const calls: StreamEvent[][] = [];
  const enrichment = lambdaEnrichment({
    arn: ENRICHMENT_ARN,
    invoke: async (payload) => {
      const batch = JSON.parse(payload) as StreamEvent[];
      calls.push(batch);
      return replyOf(await answer(batch, calls.length));
    },
  });
  return { enrichment, calls };
}
