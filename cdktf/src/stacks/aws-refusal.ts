/** What a declaration may say and AWS cannot do, found before Terraform is asked: all of it told at once. */
import { nameOf, type LambdaFunction, type Resource } from '../../../libs/topology/src/model.js';
import { permissionsOf } from '../../../libs/topology/src/permission.js';
import { pipeRoleName } from '../constructs/pipe.js';
import { isWithinBoundary } from '../constructs/role-boundary.js';
import { isRetention, RETENTIONS, type DeployConfig } from '../config/deploy-config.js';
import { clashingNames } from './derived-names.js';

/** Thrown at synth; the message names each resource, what stands against it, and the way out. */
export class NotOnAwsError extends Error {
  override readonly name = 'NotOnAwsError';

  constructor(refusals: readonly string[]) {
    super(`The system cannot be deployed to AWS:\n${refusals.map((refusal) => `  - ${refusal}`).join('\n')}`);
  }
}

/** https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const LONGEST_ROLE_NAME = 64;

/**
 * @param kinds those that the reader has a case for
 * @param prefix that all physical names of the stage begin with, and a hyphen
 * @throws NotOnAwsError
 */
export function mustBeOnAws(
  resources: readonly Resource[],
  kinds: readonly string[],
  { domain, logRetention }: DeployConfig,
  physicalName: (resource: Resource) => string,
  prefix: string,
): void {
  const refusals = resources.flatMap((resource) => {
    if (!kinds.includes(resource.kind)) return [`${nameOf(resource)}: this kind has no counterpart on AWS here`];
    return refusalsOf(resource, physicalName(resource), logRetention);
  });
  refusals.push(...clashingNames(resources, prefix, physicalName));
  const apis = resources.filter(({ kind }) => kind === 'rest-api');
  if (domain && apis.length > 1)
    refusals.push(
      `${apis.map(nameOf).join(' and ')} cannot share the domain ${domain.name}; leave the domain out or join them`,
    );
  if (refusals.length > 0) throw new NotOnAwsError(refusals);
}

function refusalsOf(resource: Resource, name: string, logRetention: number | undefined): string[] {
  const subject = nameOf(resource);
  const refusals: string[] = [];
  if (resource.kind === 'function') {
    const { logRetention: own } = resource;
    if (logRetention === undefined && !isRetention(own / 86_400)) refusals.push(retentionRefusal(subject, own));
    refusals.push(...boundaryRefusals(resource));
  }
  if (resource.kind === 'rest-api' && logRetention === undefined && !isRetention(resource.accessLogRetention / 86_400))
    refusals.push(retentionRefusal(subject, resource.accessLogRetention));
  const role = resource.kind === 'pipe' ? pipeRoleName(name) : name;
  if ((resource.kind === 'pipe' || resource.kind === 'function') && role.length > LONGEST_ROLE_NAME)
    refusals.push(
      `${subject}: its role’s name ${role} has ${role.length} characters, IAM allows ${LONGEST_ROLE_NAME}; shorten it`,
    );
  return refusals;
}

/** What IAM would take, and refuse the function at run time. */
function boundaryRefusals(lambda: LambdaFunction): string[] {
  const refused = lambda.grants.flatMap((grant) =>
    permissionsOf(grant)
      .flatMap(({ actions }) => actions)
      .filter((action) => !isWithinBoundary(action))
      .map(
        (action) =>
          `${nameOf(lambda)}: it is granted ${action} on ${nameOf(grant.on)}, which the boundary of all roles does not allow; ` +
          'add it to cdktf/src/constructs/role-boundary.ts and run npm run deploy:bootstrap, or take the grant out',
      ),
  );
  return [...new Set(refused)];
}

const retentionRefusal = (subject: string, seconds: number): string =>
  `${subject}: CloudWatch does not keep logs for ${seconds / 86_400} days; choose ${RETENTIONS.join(', ')}`;
