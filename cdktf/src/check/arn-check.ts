/**
 * Whether what should be an ARN is one: six parts, a region where the service is regional and none where it is not, an
 * account where its ARNs carry one. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
 */
import { isExpression, isRecord, type CheckedResource, type Finding } from './rule.js';

const SOURCE = 'https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html';

/** Services whose ARNs carry no region. */
const GLOBAL = ['iam', 'sts', 's3', 'route53', 'cloudfront', 'budgets'];
/** Of some services, resources of one kind are global: dashboards. */
const GLOBAL_RESOURCES = /^arn:[\w-]+:cloudwatch::\d{12}:dashboard\//;
/** Services whose ARNs carry no account. */
const WITHOUT_ACCOUNT = ['s3', 'route53', 'apigateway'];

/** What is wrong with an ARN, or nothing. A `*` may stand for a part, as in policies. */
function arnProblem(arn: string): string | undefined {
  const [prefix, partition = '', service = '', region = '', account = '', ...rest] = arn.split(':');
  if (prefix !== 'arn' || rest.join(':') === '') return `${arn} is no ARN`;
  if (!/^aws(?:-[a-z]+)*$/.test(partition)) return `${arn} is of no partition`;
  if (!/^[a-z0-9-]+$/.test(service)) return `${arn} is of no service`;
  const global = GLOBAL.includes(service) || GLOBAL_RESOURCES.test(arn);
  if (global && region !== '') return `${arn} has a region, and ${service} is not regional`;
  if (!global && !/^(?:[a-z]{2}(?:-[a-z]+)+-\d|\*)$/.test(region)) return `${arn} lacks a region`;
  // An integration has the name of the integrated service there.
  if (WITHOUT_ACCOUNT.includes(service)) return /^[a-z-]*$/.test(account) ? undefined : `${arn} has an account`;
  return /^(?:\d{12}|aws|\*)$/.test(account) ? undefined : `${arn} lacks an account`;
}

/** Looks at every attribute that is named an ARN, and at every text that begins like one, in JSON documents too. */
export function arnFindings({ type, name, values }: CheckedResource): Finding[] {
  const found: Finding[] = [];
  const look = (value: unknown, at: string, mustBe: boolean): void => {
    if (Array.isArray(value)) value.forEach((each) => look(each, at, mustBe));
    else if (isRecord(value))
      for (const [key, each] of Object.entries(value)) look(each, `${at}.${key}`, /(?:^|_)arns?$/.test(key));
    else if (typeof value === 'string' && value !== '' && !isExpression(value)) {
      const document = json(value);
      if (document !== undefined) return look(document, at, false);
      const problem = mustBe || value.startsWith('arn:') ? arnProblem(value) : undefined;
      if (problem !== undefined) found.push({ at, problem, source: SOURCE });
    }
  };
  look(values, `${type}.${name}`, false);
  return found;
}

function json(text: string): object | undefined {
  if (!/^[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
