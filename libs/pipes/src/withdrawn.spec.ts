import { describe, it } from 'node:test';
import { expect } from 'expect';
import { systemClock } from './clock.js';
import { Deadline } from './deadline.js';
import { type PipeEnrichment } from './enrichment.js';
import { lambdaEnrichment } from './lambda-enrichment.js';
import { lambdaTarget } from './lambda-target.js';
import { LeaseLostError } from './lease.js';
import { Stages } from './stages.js';
import { type TargetResult } from './target.js';

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const withdrawn = (): Promise<never> => Promise.reject(new LeaseLostError(1));
const broken = (): Promise<never> => Promise.reject(new Error('no answer'));

/** What a try gives, and the steps it writes. */
async function tryOnce(
  invoke: () => Promise<never>,
  enrichment?: PipeEnrichment,
): Promise<{ result: TargetResult; steps: string[] }> {
  const steps: string[] = [];
  const stages = new Stages({
    ...{ pipe: { arn: 'p', name: 'p', sourceArn: 's' }, enrichment, enrichmentTemplate: undefined },
    ...{ target: lambdaTarget({ arn, invoke }), targetTemplate: undefined },
    ...{ now: () => 0, warn: () => undefined },
  });
  const deadline = new Deadline(systemClock);
  const result = await stages.run([{}], (step) => void steps.push(step), deadline);
  deadline.clear();
  return { result, steps };
}

describe('a runner that may deliver no more', () => {
  it('ends the execution without a failure: nothing has failed', async () => {
    const { result, steps } = await tryOnce(withdrawn);
    // To be delivered by whoever runs the pipe now, and counted against nobody.
    expect(result).toMatchObject({ outcome: 'failed', fault: 'internal' });
    expect(steps).toEqual(['EXECUTION_STARTED', 'TARGET_STAGE_ENTERED', 'TARGET_INVOCATION_STARTED']);
  });

  it('also in an enrichment', async () => {
    const { steps } = await tryOnce(withdrawn, lambdaEnrichment({ arn, invoke: withdrawn }));
    expect(steps).toEqual(['EXECUTION_STARTED', 'ENRICHMENT_STAGE_ENTERED', 'ENRICHMENT_INVOCATION_STARTED']);
  });

  it('is told from a call that failed', async () => {
    const { steps } = await tryOnce(broken);
    expect(steps.slice(3)).toEqual(['TARGET_INVOCATION_FAILED', 'TARGET_STAGE_FAILED', 'EXECUTION_FAILED']);
  });
});
