/** What every construct of a service stack is made with: the declaration, the settings, and what is made so far. */
import { type MetricPlace } from '../../../libs/topology/src/metric-identity.js';
import { type LambdaFunction, type Resource, type Topic } from '../../../libs/topology/src/model.js';
import { type DeployConfig } from '../config/deploy-config.js';
import { type EncryptionKey } from '../constructs/encryption-key.js';
import { type FunctionPackage } from '../constructs/function.js';
import { type MadeResources } from './made-resources.js';

export interface ServiceSystem {
  readonly config: DeployConfig;
  /** Those of the stage, in the order in which they can be created. */
  readonly resources: readonly Resource[];
  readonly physicalName: (resource: Resource) => string;
  readonly place: MetricPlace;
  readonly made: MadeResources;
  readonly codeOf: (lambda: LambdaFunction) => FunctionPackage;
  /** Of what holds data; undefined leaves it to keys that AWS owns. */
  readonly dataKey: EncryptionKey | undefined;
  /** Of topics that alarms publish to. */
  readonly alarmKey: EncryptionKey | undefined;
  /** Of the policy that says the most a role may do; made once for an account and region, with the state's bucket. */
  readonly boundaryArn: string;
  readonly takesAlarms: (topic: Topic) => boolean;
  /** The id that a resource had in the state before it was declared under its present name. */
  readonly movedFrom: (resource: Resource) => string | undefined;
  /** Whether what holds data refuses to be deleted. */
  readonly protects: boolean;
}
