/** Names that AWS is given beside those of the declaration, and what of the declaration would clash with them. */
import { nameOf, type Resource } from '../../../libs/topology/src/model.js';
import { latencyAlarmName } from '../constructs/latency-alarm.js';
import { pipeRoleName } from '../constructs/pipe.js';

/** A name within a service that has one space of them. */
interface TakenName {
  readonly space: 'role' | 'alarm';
  readonly name: string;
  readonly by: string;
}

/**
 * Finds two that would be one on AWS, of which the second to be made ends the deployment or takes the place of the first.
 * @param prefix that all physical names of the stage begin with, and a hyphen
 * @returns a line for each, with the way out
 */
export function clashingNames(
  resources: readonly Resource[],
  prefix: string,
  physicalName: (resource: Resource) => string,
): string[] {
  const taken = resources.flatMap((resource) => namesOf(resource, physicalName(resource)));
  const refusals = taken.flatMap(({ space, name, by }, at) => {
    const other = taken.slice(0, at).find((each) => each.space === space && each.name === name);
    return other ? [`${by} and ${other.by} would have one ${space}, ${name}; rename one of them`] : [];
  });
  // Who deploys the stage is denied all roles that begin like the pipeline's: one of them may be its own.
  const reserved = taken.filter(({ space, name }) => space === 'role' && name.startsWith(`${prefix}-pipeline`));
  return [
    ...refusals,
    ...reserved.map(({ name, by }) => `${by}: the role’s name ${name} is kept for the stage’s pipeline; rename it`),
  ];
}

function namesOf(resource: Resource, name: string): TakenName[] {
  const by = nameOf(resource);
  switch (resource.kind) {
    case 'function':
      return [{ space: 'role', name, by }];
    case 'pipe':
      return [{ space: 'role', name: pipeRoleName(name), by }];
    case 'alarm':
      return [{ space: 'alarm', name, by }];
    case 'rest-api':
      return [{ space: 'alarm', name: latencyAlarmName(name), by }];
    default:
      return [];
  }
}
