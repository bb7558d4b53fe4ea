/**
 * Cognito's user pools at the AWS endpoint, and the keys that they publish.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/Welcome.html
 */
import { randomUUID } from 'node:crypto';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { awsError, notImplemented, type AwsResponse } from '../endpoint/aws-response.js';
import { CognitoCall } from './cognito-call.js';
import { CognitoError } from './cognito-error.js';
import { LocalUserPool } from './local-user-pool.js';
import { userPoolArn, type PoolSettings } from './pool-settings.js';
import { SIGN_IN_OPERATIONS } from './sign-in-operations.js';
import { USER_OPERATIONS, type Operation } from './user-operations.js';

const POOL_OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeUserPool: (_call, pool) => ({ UserPool: describedPool(pool) }),
  DescribeUserPoolClient: (call, { settings }) => {
    if (call.text('ClientId') !== settings.clientId)
      throw new CognitoError('ResourceNotFoundException', `User pool client ${call.text('ClientId')} does not exist.`);
    return { UserPoolClient: describedClient(settings) };
  },
  ListUserPoolClients: (_call, { settings: { id, clientId } }) => ({
    UserPoolClients: [{ ClientId: clientId, ClientName: clientId, UserPoolId: id }],
  }),
};

const OPERATIONS: Readonly<Record<string, Operation>> = {
  ...POOL_OPERATIONS,
  ...USER_OPERATIONS,
  ...SIGN_IN_OPERATIONS,
};

const KEYS = /^\/([^/]+)\/\.well-known\/jwks\.json$/;

export class CognitoApi {
  private readonly opened = new Map<string, Promise<LocalUserPool>>();

  /** @param pools by id; asked for each request, since pools are made while the endpoint answers */
  constructor(private readonly pools: ReadonlyMap<string, PoolSettings>) {}

  async answer(request: AwsRequest): Promise<AwsResponse> {
    try {
      const answer = request.protocol === 'json' ? await this.call(request) : await this.keys(request);
      if (answer === undefined) return notImplemented(request);
      return {
        status: 200,
        headers: {
          'content-type': request.protocol === 'json' ? 'application/x-amz-json-1.1' : 'application/json',
          'x-amzn-requestid': randomUUID(),
        },
        body: JSON.stringify(answer),
      };
    } catch (error) {
      if (!(error instanceof CognitoError)) throw error;
      return awsError(request, 400, error.name, error.message);
    }
  }

  private async call({ operation, body }: AwsRequest): Promise<object | undefined> {
    if (operation === 'ListUserPools') return { UserPools: [...this.pools.values()].map(summaryOf) };
    const run = Object.hasOwn(OPERATIONS, operation) ? OPERATIONS[operation] : undefined;
    if (run === undefined) return undefined;
    const call = new CognitoCall(body);
    return run(call, await this.poolOf(operation, call));
  }

  /** What applications check tokens with. */
  private async keys({ method, url }: AwsRequest): Promise<object | undefined> {
    const [, id] = KEYS.exec(url.split('?', 1)[0] ?? '') ?? [];
    if (id === undefined || method !== 'GET') return undefined;
    return { keys: [(await (await this.open(id)).key()).publicJwk] };
  }

  /** Administrators name the pool, applications their client; who signs out has but a token. */
  private poolOf(operation: string, call: CognitoCall): Promise<LocalUserPool> {
    if (operation === 'GlobalSignOut') return this.open([...this.pools.keys()][0] ?? '');
    if (operation !== 'InitiateAuth' && operation !== 'SignUp') return this.open(call.text('UserPoolId'));
    const clientId = call.text('ClientId');
    const settings = [...this.pools.values()].find((pool) => pool.clientId === clientId);
    if (settings === undefined)
      throw new CognitoError('ResourceNotFoundException', `User pool client ${clientId} does not exist.`);
    return this.open(settings.id);
  }

  private open(id: string): Promise<LocalUserPool> {
    const settings = this.pools.get(id);
    if (settings === undefined) throw new CognitoError('ResourceNotFoundException', `User pool ${id} does not exist.`);
    const opening = this.opened.get(id) ?? LocalUserPool.open(settings);
    this.opened.set(id, opening);
    return opening;
  }
}

const summaryOf = ({ id, name }: PoolSettings): object => ({ Id: id, Name: name, LambdaConfig: {} });

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolType.html */
function describedPool({ settings, users }: LocalUserPool): object {
  const { minimumLength, lowercase, uppercase, numbers, symbols } = settings.passwordPolicy;
  const attribute = { AttributeDataType: 'String', Mutable: true, Required: false };
  return {
    ...summaryOf(settings),
    Arn: userPoolArn(settings.id),
    EstimatedNumberOfUsers: users.size,
    MfaConfiguration: 'OFF',
    Policies: {
      PasswordPolicy: {
        MinimumLength: minimumLength,
        RequireLowercase: lowercase,
        RequireUppercase: uppercase,
        RequireNumbers: numbers,
        RequireSymbols: symbols,
      },
    },
    AdminCreateUserConfig: { AllowAdminCreateUserOnly: true },
    UsernameConfiguration: { CaseSensitive: true },
    SchemaAttributes: [
      ...['sub', 'email', 'name'].map((Name) => ({ ...attribute, Name })),
      ...settings.attributes.map((name) => ({ ...attribute, Name: `custom:${name}` })),
    ],
  };
}

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserPoolClientType.html */
const describedClient = ({ id, clientId, tokenValidity, refreshValidity }: PoolSettings): object => ({
  UserPoolId: id,
  ClientId: clientId,
  ClientName: clientId,
  ExplicitAuthFlows: ['ALLOW_ADMIN_USER_PASSWORD_AUTH', 'ALLOW_REFRESH_TOKEN_AUTH', 'ALLOW_USER_PASSWORD_AUTH'],
  PreventUserExistenceErrors: 'ENABLED',
  IdTokenValidity: tokenValidity,
  AccessTokenValidity: tokenValidity,
  RefreshTokenValidity: refreshValidity,
  TokenValidityUnits: { IdToken: 'seconds', AccessToken: 'seconds', RefreshToken: 'seconds' },
});
