/** The outputs of a system in the local stack. */
import { type Resource } from '../../libs/topology/src/model.js';
import { outputsOf } from '../../libs/topology/src/outputs.js';
import { localReference } from './local-reference.js';

export interface OutputsOptions {
  readonly resources: readonly Resource[];
  /** The first API's URL with its stage. */
  readonly apiUrl: string | undefined;
  readonly awsUrl: string;
  readonly physicalName: (resource: Resource) => string;
  readonly systemName: string;
}

/** What CloudFormation would tell of the stack. */
export const stackOutputs = ({
  resources,
  apiUrl,
  awsUrl: endpoint,
  physicalName,
  systemName: name,
}: OutputsOptions): Record<string, string> =>
  outputsOf(resources, apiUrl, (reference) => localReference(reference, { name, endpoint, physicalName }));
