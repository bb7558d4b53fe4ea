/** What has to be there before any stage, once for an account and region: where Terraform's state is, and what all APIs share. */
import { GatewayLogRole } from '../constructs/gateway-log-role.js';
import { PrivateBucket } from '../constructs/private-bucket.js';
import { RoleBoundary } from '../constructs/role-boundary.js';
import { TerraformOutput, type Construct } from '../lib/cdk.js';
import { boundaryName, StageStack, stateBucketName, type StageStackProps } from './stage-stack.js';

/** Its own state is a local file, which may be lost: what it makes is never changed and never deleted. */
export class StateStack extends StageStack {
  constructor(scope: Construct, id: string, props: Omit<StageStackProps, 'state'>) {
    super(scope, id, { ...props, state: 'local' });
    const name = stateBucketName(props.name, props.config);
    new PrivateBucket(this, 'state', { name, versionDays: 90, kept: true });
    new GatewayLogRole(this, 'gateway-logs', { name: `${props.name}-gateway-logs-${props.config.region}` });
    const { account, region } = props.config;
    new RoleBoundary(this, 'boundary', { name: boundaryName(props.name, props.config), account, region });
    new TerraformOutput(this, 'StateBucket', { value: name, staticId: true });
  }
}
