/** Turns what AWS's APIs and Terraform's state say into the one wording in which both are compared. */

/** A logical name from a physical one, wherever it stands: in an ARN, a URL, a log group or by itself. */
export type Logical = (text: string) => string;

/** @param prefix of all physical names: `tabletop-dev-` */
export const namesIn =
  (prefix: string): Logical =>
  (text) => {
    const found = text.split(/[/:]/).find((part) => part.startsWith(prefix));
    return found === undefined ? text : found.slice(prefix.length);
  };

/** Variables that the runtime sets, here as on AWS. */
export const isLambdasOwn = (variable: string): boolean => variable.startsWith('AWS_') || variable === 'TZ';

export interface PoolIds {
  readonly id: string;
  readonly client: string;
}

/** Values without what is another one in every account: the account, the host, and what a pool and its client are called. */
export const environmentFacts = (variables: Readonly<Record<string, unknown>>, pool: PoolIds): Record<string, string> =>
  Object.fromEntries(
    Object.entries(variables).map(([name, value]) => {
      const text = String(value)
        .replaceAll(pool.id, '<pool>')
        .replace(new RegExp(`^${pool.client}$`), '<client>')
        .replace(/(?<=[:/])\d{12}(?=[:/])/, '<account>');
      return [name, /_UR[IL]$/.test(name) ? text.replace(/^https?:\/\/[^/]+/, '') : text];
    }),
  );

/** An SQS redrive policy; none is undefined, null or empty. */
export function redriveFacts(policy: unknown, logical: Logical): object | undefined {
  if (typeof policy !== 'string' || policy === '') return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Record<string, unknown>;
  return { queue: logical(String(deadLetterTargetArn)), maxReceives: Number(maxReceiveCount) };
}

export interface PipeWords {
  readonly source: unknown;
  readonly startingPosition: unknown;
  readonly patterns: readonly unknown[];
  readonly batchSize: unknown;
  readonly window: unknown;
  readonly retries: unknown;
  readonly maxAge: unknown;
  readonly onPartialFailure: unknown;
  readonly parallelizationFactor: unknown;
  readonly deadLetters: unknown;
  readonly target: unknown;
  readonly logLevel: unknown;
}

export const pipeFacts = (logical: Logical, { patterns, ...pipe }: PipeWords): Record<string, unknown> => ({
  ...pipe,
  source: logical(String(pipe.source)),
  filters: patterns.map((pattern) => JSON.parse(String(pattern)) as unknown),
  deadLetters: absent(pipe.deadLetters) ? undefined : logical(String(pipe.deadLetters)),
  onPartialFailure: absent(pipe.onPartialFailure) ? undefined : pipe.onPartialFailure,
  target: logical(String(pipe.target)),
});

export interface AlarmWords {
  readonly description: unknown;
  readonly namespace: unknown;
  readonly metric: unknown;
  readonly dimensions: unknown;
  readonly statistic: unknown;
  readonly period: unknown;
  readonly evaluationPeriods: unknown;
  readonly datapointsToAlarm: unknown;
  readonly comparison: unknown;
  readonly threshold: unknown;
  readonly missingData: unknown;
  /** Of the states ALARM, OK and INSUFFICIENT_DATA. */
  readonly actions: readonly unknown[];
}

export const alarmFacts = (
  logical: Logical,
  { namespace, metric, dimensions, actions, ...alarm }: AlarmWords,
): Record<string, unknown> => {
  const topics = actions.map((arns) => (Array.isArray(arns) ? arns.map((arn) => logical(String(arn))) : []));
  return {
    ...alarm,
    metric: { namespace, name: metric, dimensions: dimensions ?? {} },
    actions: { alarm: topics[0], ok: topics[1], insufficientData: topics[2] },
  };
};

export const absent = (value: unknown): boolean => value === undefined || value === null || value === '';
