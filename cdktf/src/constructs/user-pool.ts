/** A declared user pool as a Cognito user pool, its one client and its groups. */
import { type UserPool } from '../../../libs/topology/src/model.js';
import { CognitoUserGroup, CognitoUserPool, CognitoUserPoolClient } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { keepInState } from './keep-in-state.js';

export interface UserPoolProps {
  readonly pool: UserPool;
  readonly name: string;
  readonly region: string;
  /** Refuses a delete, whatever the declaration says. */
  readonly protected: boolean;
  /** Its id in the state before it was declared under this name. */
  readonly movedFrom?: string;
}

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html */
export class UserPoolConstruct extends Construct {
  readonly resource: CognitoUserPool;
  readonly client: CognitoUserPoolClient;
  readonly issuer: string;

  constructor(scope: Construct, id: string, { pool, name, region, protected: kept, movedFrom }: UserPoolProps) {
    super(scope, id);
    const { passwordPolicy: password } = pool;
    this.resource = new CognitoUserPool(this, 'pool', {
      name,
      usernameConfiguration: { caseSensitive: true },
      adminCreateUserConfig: { allowAdminCreateUserOnly: true },
      passwordPolicy: {
        minimumLength: password.minimumLength,
        requireLowercase: password.lowercase,
        requireUppercase: password.uppercase,
        requireNumbers: password.numbers,
        requireSymbols: password.symbols,
        temporaryPasswordValidityDays: 7,
      },
      schema: pool.attributes.map((attribute) => ({
        name: attribute,
        attributeDataType: 'String',
        mutable: true,
        developerOnlyAttribute: false,
        required: false,
        // Given in full, or Terraform sees a difference at every plan.
        stringAttributeConstraints: { minLength: '0', maxLength: '2048' },
      })),
      accountRecoverySetting: { recoveryMechanism: [{ name: 'admin_only', priority: 1 }] },
      deletionProtection: pool.deletionProtection || kept ? 'ACTIVE' : 'INACTIVE',
      ...(kept && { lifecycle: { preventDestroy: true } }),
    });
    keepInState(this.resource, id, movedFrom);
    this.client = new CognitoUserPoolClient(this, 'client', {
      name,
      userPoolId: this.resource.id,
      generateSecret: false,
      explicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH'],
      preventUserExistenceErrors: 'ENABLED',
      enableTokenRevocation: true,
      tokenValidityUnits: [{ idToken: 'seconds', accessToken: 'seconds', refreshToken: 'seconds' }],
      idTokenValidity: pool.tokenValidity,
      accessTokenValidity: pool.tokenValidity,
      refreshTokenValidity: pool.refreshValidity,
    });
    for (const group of pool.groups)
      new CognitoUserGroup(this, `group-${group}`, { name: group, userPoolId: this.resource.id });
    this.issuer = `https://cognito-idp.${region}.amazonaws.com/${this.resource.id}`;
  }

  get arn(): string {
    return this.resource.arn;
  }
}
