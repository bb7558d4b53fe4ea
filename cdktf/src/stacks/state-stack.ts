/** What has to be there before anything else: the bucket of Terraform's state, one an account and region. */
import { PrivateBucket } from '../constructs/private-bucket.js';
import { TerraformOutput, type Construct } from '../lib/cdk.js';
import { StageStack, stateBucketName, type StageStackProps } from './stage-stack.js';

/** Its own state is a local file, which may be lost: the bucket is never changed and never deleted. */
export class StateStack extends StageStack {
  constructor(scope: Construct, id: string, props: Omit<StageStackProps, 'state'>) {
    super(scope, id, { ...props, state: 'local' });
    const name = stateBucketName(props.name, props.config);
    new PrivateBucket(this, 'state', { name, versionDays: 90, kept: true });
    new TerraformOutput(this, 'StateBucket', { value: name, staticId: true });
  }
}
