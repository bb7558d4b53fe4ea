/**
 * The stages of an execution: enrichment, then target, each with its transformer first, told in AWS's steps.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-logs-execution-steps.html
 */
import { attributeFailures } from './attribution.js';
import { type Deadline } from './deadline.js';
import { MAX_ENRICHMENT_BYTES, readEnriched, type PipeEnrichment } from './enrichment.js';
import { type StepWriter } from './execution-log.js';
import {
  type CallContext,
  type FailedCall,
  type OutgoingRecord,
  type PipeTarget,
  type TargetResult,
} from './target.js';
import { type TemplateContext } from './template/variable.js';
import { Transformation, type Transformed } from './transformation.js';

export interface StagesOptions {
  readonly pipe: { readonly arn: string; readonly name: string; readonly sourceArn: string };
  readonly enrichment: PipeEnrichment | undefined;
  readonly enrichmentTemplate: string | undefined;
  readonly target: PipeTarget;
  readonly targetTemplate: string | undefined;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Something in a template has no value. */
  readonly warn: (message: string) => void;
}

type StageName = 'ENRICHMENT' | 'TARGET';

/** The stage ended the execution: with a failure, or because nothing is left to send. */
type Enriched = { readonly events: readonly unknown[] } | { readonly end: TargetResult };

export class Stages {
  readonly #enriching: Transformation;
  readonly #targeting: Transformation;

  constructor(private readonly options: StagesOptions) {
    const { enrichmentTemplate, targetTemplate, target } = options;
    this.#enriching = new Transformation({ inputTemplate: enrichmentTemplate, needsJson: true });
    this.#targeting = new Transformation({ inputTemplate: targetTemplate, needsJson: target.needsJson });
    const unknown = [...this.#enriching.unknownVariables, ...this.#targeting.unknownVariables];
    for (const name of unknown)
      options.warn(`<${name}> is neither a path that Pipes understands nor a reserved variable`);
  }

  /** Brings `events` through all stages once. Positions in the result are positions in `events`. */
  async run(events: readonly unknown[], write: StepWriter, deadline: Deadline): Promise<TargetResult> {
    write('EXECUTION_STARTED', { payload: () => events });
    const result = await this.#run(events, write, deadline);
    switch (result.outcome) {
      case 'success':
        write('EXECUTION_SUCCEEDED');
        break;
      case 'partial':
        write('EXECUTION_PARTIALLY_FAILED', { error: errorOf(result) });
        break;
      case 'failed': {
        const { error, timedOut = false, throttled = false, withdrawn = false } = result;
        if (withdrawn) break;
        write(timedOut ? 'EXECUTION_TIMEOUT' : throttled ? 'EXECUTION_THROTTLED' : 'EXECUTION_FAILED', { error });
      }
    }
    return result;
  }

  async #run(events: readonly unknown[], write: StepWriter, deadline: Deadline): Promise<TargetResult> {
    const { enrichment } = this.options;
    if (enrichment === undefined) return this.#deliver(events, events, write, deadline);
    const enriched = await this.#enrich(enrichment, events, write, deadline);
    return 'end' in enriched ? enriched.end : this.#deliver(enriched.events, events, write, deadline);
  }

  async #enrich(
    enrichment: PipeEnrichment,
    events: readonly unknown[],
    write: StepWriter,
    deadline: Deadline,
  ): Promise<Enriched> {
    write('ENRICHMENT_STAGE_ENTERED');
    const transformed = this.#transform('ENRICHMENT', this.#enriching, events, write);
    if (!Array.isArray(transformed)) return { end: failStage('ENRICHMENT', transformed, write) };
    write('ENRICHMENT_INVOCATION_STARTED');
    const call = await deadline.within(enrichment.invoke(transformed, this.#context(deadline)));
    const result = call.outcome === 'success' ? (tooLong(call.response) ?? call) : call;
    const data = { awsRequest: result.request, awsResponse: result.response };
    if (result.outcome === 'failed') {
      if (result.withdrawn !== true) write('ENRICHMENT_INVOCATION_FAILED', { error: result.error, ...data });
      return { end: failStage('ENRICHMENT', result, write) };
    }
    write('ENRICHMENT_INVOCATION_SUCCEEDED', data);
    write('ENRICHMENT_STAGE_SUCCEEDED', { payload: result.response });
    const enriched = readEnriched(result.response);
    if (enriched.length > 0) return { events: enriched };
    write('TARGET_STAGE_SKIPPED');
    return { end: { outcome: 'success' } };
  }

  /** @param sources the records of the stream that `events` came from: `events` itself without an enrichment */
  async #deliver(
    events: readonly unknown[],
    sources: readonly unknown[],
    write: StepWriter,
    deadline: Deadline,
  ): Promise<TargetResult> {
    const { target } = this.options;
    write('TARGET_STAGE_ENTERED');
    if (events.length > target.maxBatchSize) {
      const message = `The enrichment returned ${events.length} events, the target takes at most ${target.maxBatchSize}`;
      const error = { message };
      write('TARGET_INVOCATION_SKIPPED');
      return failStage('TARGET', { outcome: 'failed', fault: 'customer', error }, write);
    }
    const transformed = this.#transform('TARGET', this.#targeting, events, write);
    if (!Array.isArray(transformed)) return failStage('TARGET', transformed, write);
    write('TARGET_INVOCATION_STARTED');
    const call = await deadline.within(this.#invoke(transformed, deadline));
    const result = events === sources ? call : attributeFailures(call, events, sources);
    const data = { awsRequest: result.request, awsResponse: result.response };
    switch (result.outcome) {
      case 'success':
        write('TARGET_INVOCATION_SUCCEEDED', data);
        write('TARGET_STAGE_SUCCEEDED', { payload: result.response });
        return result;
      case 'partial':
        write('TARGET_INVOCATION_PARTIALLY_FAILED', { error: errorOf(result), ...data });
        write('TARGET_STAGE_PARTIALLY_FAILED', { error: errorOf(result) });
        return result;
      case 'failed':
        if (result.withdrawn !== true) write('TARGET_INVOCATION_FAILED', { error: result.error, ...data });
        return failStage('TARGET', result, write);
    }
  }

  /** A target is anybody's code: what it throws at once, and an answer that is none, is a failed call like others. */
  async #invoke(records: readonly OutgoingRecord[], deadline: Deadline): Promise<TargetResult> {
    const result = await this.options.target.invoke(records, this.#context(deadline));
    const positions = result?.outcome === 'partial' ? result.failed : [];
    const isReadable =
      result?.outcome === 'success' ||
      result?.outcome === 'failed' ||
      (positions.length > 0 && positions.every((position) => position >= 0 && position < records.length));
    if (isReadable) return result;
    const message = `The target answered what is no result: ${JSON.stringify(result)}`.slice(0, 1_000);
    return { outcome: 'failed', fault: 'customer', error: { message } };
  }

  /** What is sent, or why nothing can be. */
  #transform(
    stage: StageName,
    transformation: Transformation,
    events: readonly unknown[],
    write: StepWriter,
  ): OutgoingRecord[] | FailedCall {
    if (transformation.hasTemplate) write(`${stage}_TRANSFORMATION_STARTED`);
    const transformed = transformation.apply(events, this.#templateContext());
    if ('failed' in transformed) {
      const error = { message: transformed.failed };
      write(`${stage}_TRANSFORMATION_FAILED`, { error });
      return { outcome: 'failed', fault: 'customer', error };
    }
    if (transformation.hasTemplate) {
      const { records } = transformed;
      write(`${stage}_TRANSFORMATION_SUCCEEDED`, { payload: () => `[${records.map(({ text }) => text).join(',')}]` });
    }
    this.#warnOf(stage, events, transformed);
    return [...transformed.records];
  }

  #warnOf(stage: StageName, events: readonly unknown[], { missing }: Exclude<Transformed, { failed: string }>): void {
    for (const [name, count] of missing) {
      this.options.warn(`${stage.toLowerCase()}: <${name}> has no value in ${count} of ${events.length} events`);
    }
  }

  #templateContext(): TemplateContext {
    const { pipe, enrichment, target, now } = this.options;
    return {
      pipeArn: pipe.arn,
      pipeName: pipe.name,
      sourceArn: pipe.sourceArn,
      enrichmentArn: enrichment?.arn,
      targetArn: target.arn,
      ingestionTime: new Date(now()).toISOString(),
    };
  }

  #context(deadline: Deadline): CallContext {
    return { signal: deadline.signal, pipeName: this.options.pipe.name, now: this.options.now };
  }
}

function failStage(stage: StageName, failure: FailedCall, write: StepWriter): FailedCall {
  if (failure.withdrawn !== true) write(`${stage}_STAGE_FAILED`, { error: failure.error });
  return failure;
}

function tooLong(response: string): FailedCall | undefined {
  const bytes = Buffer.byteLength(response);
  if (bytes <= MAX_ENRICHMENT_BYTES) return undefined;
  const message = `The enrichment answered ${bytes} bytes, a pipe takes at most ${MAX_ENRICHMENT_BYTES}`;
  return { outcome: 'failed', fault: 'customer', error: { message } };
}

const errorOf = ({ failed, error }: Extract<TargetResult, { outcome: 'partial' }>): FailedCall['error'] =>
  error ?? { message: `The target failed ${failed.length} record(s) of the batch` };
