/** A role that one service takes on, and that may do what its statements say. */
import { IamRole, IamRolePolicy } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { policyDocument, resourcePolicy, type Condition, type Statement } from './policy.js';

export interface ServiceRoleProps {
  readonly name: string;
  /** Such as `lambda.amazonaws.com`. */
  readonly service: string;
  /** For whom the service may take the role on. */
  readonly trustedWhen?: readonly Condition[];
  readonly statements: readonly Statement[];
  /** ARN of the policy that says the most it may ever be given. */
  readonly boundaryArn?: string;
}

export class ServiceRole extends Construct {
  readonly role: IamRole;
  /** What uses the role has to wait for it: a role without its policy may do nothing. */
  readonly policy: IamRolePolicy;

  constructor(scope: Construct, id: string, props: ServiceRoleProps) {
    super(scope, id);
    const { name, service, trustedWhen = [], statements, boundaryArn } = props;
    this.role = new IamRole(this, 'role', {
      name,
      ...(boundaryArn !== undefined && { permissionsBoundary: boundaryArn }),
      assumeRolePolicy: resourcePolicy(this, 'trust', [
        { actions: ['sts:AssumeRole'], resources: [], conditions: trustedWhen, principal: { service } },
      ]),
    });
    this.policy = new IamRolePolicy(this, 'policy', {
      name,
      role: this.role.name,
      policy: policyDocument(this, 'rights', statements),
    });
  }

  get arn(): string {
    return this.role.arn;
  }
}
