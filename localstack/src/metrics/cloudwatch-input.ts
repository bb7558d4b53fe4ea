/** What operations of CloudWatch have in common: the shapes of their input, and pages. */
import { z } from 'zod';
import { CloudWatchError } from './cloudwatch-error.js';

/** Seconds, or ISO 8601 in the query protocol; given as epoch milliseconds. */
export const time = z.union([z.number(), z.string()]).transform((value, context) => {
  const at = typeof value === 'number' ? value * 1000 : Date.parse(value);
  if (Number.isFinite(at)) return at;
  context.addIssue({ code: 'custom', message: 'must be a time' });
  return z.NEVER;
});
export const number = z.coerce.number();
export const truth = z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]);
export const statistic = z.enum(['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount']);

export const dimensions = z
  .array(z.strictObject({ Name: z.string().min(1).max(255), Value: z.string().min(1).max(1024) }))
  .max(30)
  .default([])
  .transform((list) => Object.fromEntries(list.map(({ Name, Value }) => [Name, Value])));

/** Seconds; what is finer than a minute is not kept. */
export const period = number.pipe(z.number().int().multipleOf(60, 'must be a multiple of 60').min(60).max(86_400));

/** @throws CloudWatchError naming the first member that is wrong */
export function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys')
    throw new CloudWatchError('NotImplemented', `The local stack does not emulate ${issue.keys.join(', ')}.`);
  throw new CloudWatchError(
    'InvalidParameterValueException',
    `The parameter ${issue?.path.join('.') || 'of the request'} is not valid: ${issue?.message}`,
  );
}

/** A page of a list, and the token of the next. @throws CloudWatchError for a token that is none */
export function pageOf<T>(
  items: readonly T[],
  most: number,
  token: string | undefined,
): { page: readonly T[]; NextToken: string | undefined } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(from) || from < 0) throw new CloudWatchError('InvalidNextToken', 'Invalid nextToken value');
  const next = from + most;
  const NextToken = items.length > next ? Buffer.from(String(next)).toString('base64url') : undefined;
  return { page: items.slice(from, next), NextToken };
}

/** As requests and answers list them. */
export const dimensionList = (named: Readonly<Record<string, string>>): { Name: string; Value: string }[] =>
  Object.entries(named).map(([Name, Value]) => ({ Name, Value }));
