/**
 * Rules about values that a provider's schemas cannot see and AWS refuses when a deployment is half done. They read
 * Terraform's JSON, where what only an apply tells still is an expression, and a state, where everything is told.
 */

/** A resource as Terraform's JSON or its state has it: a block is an object or a list of one. */
export interface CheckedResource {
  readonly type: string;
  readonly name: string;
  readonly values: Readonly<Record<string, unknown>>;
}

/** What a rule has to say of a value: what is wrong with it, or nothing. */
export type Test = (value: unknown) => string | undefined;

/** A rule on one attribute. */
export interface AttributeRule {
  readonly type: string;
  /** Through blocks by dots: `environment.variables`. */
  readonly at: string;
  readonly test: Test;
  /** Where AWS says so. */
  readonly source: string;
}

/** A rule on a resource as a whole. */
export interface ResourceRule {
  readonly type: string;
  readonly test: (resource: CheckedResource) => string | undefined;
  readonly source: string;
}

export interface Finding {
  /** `aws_sqs_queue.work.name` */
  readonly at: string;
  readonly problem: string;
  readonly source: string;
}

/** Whether only an apply will tell the value. */
export const isExpression = (value: unknown): boolean => typeof value === 'string' && /(?<!\$)\$\{/.test(value);

/** All values at a path: lists on the way are followed into each of their members, and so is one at its end. */
export function valuesAt(values: unknown, path: string): unknown[] {
  let found: unknown[] = [values];
  for (const part of path === '' ? [] : path.split('.'))
    found = found
      .flatMap((each) => each)
      .map((each) => (isRecord(each) ? each[part] : undefined))
      .filter((each) => each !== undefined && each !== null);
  return found.flatMap((each) => each);
}

/** The one value at a path. */
export const valueAt = (values: unknown, path: string): unknown => valuesAt(values, path)[0];

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Text of a form. @param described as the form is told of */
export const like =
  (pattern: RegExp, described: string): Test =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? undefined : `${show(value)} is not ${described}`;

/** A whole number between two others, or one of some exceptions. */
export const between =
  (least: number, most: number, ...exceptions: readonly number[]): Test =>
  (value) => {
    const number = Number(value);
    if (Number.isInteger(number) && ((number >= least && number <= most) || exceptions.includes(number)))
      return undefined;
    const or = exceptions.length === 0 ? '' : ` or ${exceptions.join(', ')}`;
    return `${show(value)} is not a whole number from ${least} to ${most}${or}`;
  };

/** One of some values. */
export const oneOf =
  (allowed: readonly unknown[]): Test =>
  (value) =>
    allowed.includes(value) ? undefined : `${show(value)} is none of ${allowed.map(show).join(', ')}`;

const show = (value: unknown): string => JSON.stringify(value) ?? 'nothing';
