/** What has to be there before any stage, once for an account and region: where Terraform's state is, and what all APIs share. */
import { type DeployConfig } from '../config/deploy-config.js';
import { GatewayLogRole } from '../constructs/gateway-log-role.js';
import { PrivateBucket } from '../constructs/private-bucket.js';
import { RoleBoundary } from '../constructs/role-boundary.js';
import { TerraformOutput, type Construct } from '../lib/cdk.js';
import { boundaryArn, boundaryName, StageStack, stateBucketName, type StageStackProps } from './stage-stack.js';

export interface StateStackProps extends Omit<StageStackProps, 'state'> {
  /** What is there already, made here and forgotten, or by somebody else. */
  readonly adopts?: readonly Adoptable[];
}

/** What of it has a name. */
export const ADOPTABLE = ['bucket', 'log-role', 'boundary'] as const;
export type Adoptable = (typeof ADOPTABLE)[number];

/** Its own state is a local file, which may be lost: what it makes is never deleted, and can be adopted. */
export class StateStack extends StageStack {
  constructor(scope: Construct, id: string, props: StateStackProps) {
    super(scope, id, { ...props, state: 'local' });
    const name = stateBucketName(props.name, props.config);
    const bucket = new PrivateBucket(this, 'state', { name, versionDays: 90, kept: true });
    const gatewayLogRole = `${props.name}-gateway-logs-${props.config.region}`;
    const logs = new GatewayLogRole(this, 'gateway-logs', { name: gatewayLogRole });
    const { account, region } = props.config;
    const boundary = new RoleBoundary(this, 'boundary', {
      name: boundaryName(props.name, props.config),
      account,
      region,
    });
    // Terraform ends where one of them is not there.
    const { adopts = [] } = props;
    if (adopts.includes('bucket')) bucket.resource.importFrom(name);
    if (adopts.includes('log-role')) logs.role.importFrom(gatewayLogRole);
    if (adopts.includes('boundary')) boundary.policy.importFrom(boundaryArn(props.name, props.config));
    new TerraformOutput(this, 'StateBucket', { value: name, staticId: true });
  }

  /** The same for every stage of the account and region. */
  protected override stateFile(system: string, { account, region }: DeployConfig): string {
    return `${system}-${account}-${region}.tfstate`;
  }

  /** Whichever stage it is made from, it is no one's. */
  protected override tags(system: string): Record<string, string> {
    return { system };
  }
}
