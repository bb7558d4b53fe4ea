/** The role by which API Gateway writes logs: one for all APIs of an account and region. */
import { ApiGatewayAccount, IamRole, IamRolePolicyAttachment } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { resourcePolicy } from './policy.js';

/**
 * Kept for good: to destroy the setting would end the logs of every API there is.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-logging.html
 */
export class GatewayLogRole extends Construct {
  readonly role: IamRole;

  constructor(scope: Construct, id: string, { name }: { readonly name: string }) {
    super(scope, id);
    const lifecycle = { preventDestroy: true };
    this.role = new IamRole(this, 'role', {
      name,
      // No condition: API Gateway names neither account nor source when it takes the role on, and one that asked for them
      // would be refused by UpdateAccount, which tries it.
      assumeRolePolicy: resourcePolicy(this, 'trust', [
        { principal: { service: 'apigateway.amazonaws.com' }, actions: ['sts:AssumeRole'], resources: [] },
      ]),
      lifecycle,
    });
    // AWS asks for this policy of its own.
    const rights = new IamRolePolicyAttachment(this, 'rights', {
      role: this.role.name,
      policyArn: 'arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs',
      lifecycle,
    });
    new ApiGatewayAccount(this, 'account', { cloudwatchRoleArn: this.role.arn, dependsOn: [rights], lifecycle });
  }
}
