/** What the stages of a pipe may be: AWS's rules for enrichment, target and their templates. */
import { type PipeOptions, type StageParameters } from './pipe-options.js';
import { known, must } from './refusal.js';
import { enrichmentKindOf, targetKindOf } from './service-arn.js';
import { MAX_TEMPLATE_CHARACTERS } from './template/input-template.js';

const KNOWN = {
  target: 'arn kind maxBatchSize maxPayloadBytes needsJson invoke'.split(' '),
  enrichment: 'arn kind maxBatchSize invoke'.split(' '),
  parameters: ['inputTemplate'],
};

const LEVELS = ['OFF', 'ERROR', 'INFO', 'TRACE'];

/** @throws PipeValidationError naming field, value and rule of the first thing that is wrong. */
export function assertStages(options: PipeOptions): void {
  const { target, targetParameters, enrichment, enrichmentParameters, logLevel, source } = options;
  known('Target.', target, KNOWN.target);
  const kind = targetKindOf(target.arn);
  must(kind === target.kind, 'Target', target.arn, `its kind is ${kind}, not ${target.kind}`);
  assertParameters('TargetParameters', targetParameters);
  if (enrichment === undefined) {
    must(
      enrichmentParameters === undefined,
      'EnrichmentParameters',
      enrichmentParameters,
      'the pipe has no enrichment',
    );
  } else {
    known('Enrichment.', enrichment, KNOWN.enrichment);
    const enrichmentKind = enrichmentKindOf(enrichment.arn);
    const rule = `its kind is ${enrichmentKind}, not ${enrichment.kind}`;
    must(enrichmentKind === enrichment.kind, 'Enrichment', enrichment.arn, rule);
    assertParameters('EnrichmentParameters', enrichmentParameters);
  }
  assertBatchSize(source.batchSize, 'target', target.maxBatchSize);
  if (enrichment !== undefined) assertBatchSize(source.batchSize, 'enrichment', enrichment.maxBatchSize);
  must(
    logLevel === undefined || LEVELS.includes(logLevel),
    'LogConfiguration.Level',
    logLevel,
    `it must be one of ${LEVELS.join(', ')}`,
  );
}

function assertBatchSize(size: number | undefined, stage: string, most: number): void {
  const field = 'SourceParameters.DynamoDBStreamParameters.BatchSize';
  must((size ?? 1) <= most, field, size, `the ${stage} takes at most ${most} records a batch`);
}

function assertParameters(field: string, parameters: StageParameters | undefined): void {
  if (parameters === undefined) return;
  known(`${field}.`, parameters, KNOWN.parameters);
  const { inputTemplate = '' } = parameters;
  const rule = `it must have at most ${MAX_TEMPLATE_CHARACTERS} characters, not ${inputTemplate.length}`;
  must(inputTemplate.length <= MAX_TEMPLATE_CHARACTERS, `${field}.InputTemplate`, inputTemplate.slice(0, 40), rule);
}
