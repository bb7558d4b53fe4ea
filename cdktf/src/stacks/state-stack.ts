/** What has to be there before any stage, once for an account and region: where Terraform's state is, and what all APIs share. */
import { type DeployConfig } from '../config/deploy-config.js';
import { GatewayLogRole } from '../constructs/gateway-log-role.js';
import { PrivateBucket } from '../constructs/private-bucket.js';
import { RoleBoundary } from '../constructs/role-boundary.js';
import { TerraformOutput, type Construct } from '../lib/cdk.js';
import { boundaryArn, boundaryName, StageStack, stateBucketName, type StageStackProps } from './stage-stack.js';

export interface StateStackProps extends Omit<StageStackProps, 'state'> {
  /** Whether what has a name is there already, made here and forgotten, or by somebody else. */
  readonly adopts?: boolean;
}

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
    if (props.adopts) {
      bucket.resource.importFrom(name);
      logs.role.importFrom(gatewayLogRole);
      boundary.policy.importFrom(boundaryArn(props.name, props.config));
    }
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
