/** The stages of a pipe made from its options. */
import { systemClock } from './clock.js';
import { type PipeEvent } from './pipe-event.js';
import { type PipeOptions } from './pipe-options.js';
import { Stages } from './stages.js';

/** Who a pipe is in ARNs. */
export interface PipeIdentity {
  readonly pipeArn: string;
  readonly region: string;
  readonly account: string;
}

export function stagesOfPipe(options: PipeOptions, identity: PipeIdentity, emit: (event: PipeEvent) => void): Stages {
  const { name, enrichment, enrichmentParameters, target, targetParameters, clock = systemClock } = options;
  return new Stages({
    pipe: { arn: identity.pipeArn, name, sourceArn: reportedStreamArn(options, identity) },
    enrichment,
    enrichmentTemplate: enrichmentParameters?.inputTemplate,
    target,
    targetTemplate: targetParameters?.inputTemplate,
    now: () => clock.now(),
    warn: (message) => emit({ type: 'warning', subject: 'template', message }),
  });
}

/** The stream's ARN as events show it: `arn:aws:dynamodb:<region>:<account>:table/...`, the pipe's own region and account. */
export function reportedStreamArn({ source }: PipeOptions, { region, account }: PipeIdentity): string {
  if (source.reportedStreamArn !== undefined) return source.reportedStreamArn;
  const [arn, partition, service, , , ...resource] = source.streamArn.split(':');
  return [arn, partition, service, region, account, ...resource].join(':');
}
