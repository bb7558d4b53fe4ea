/** The calls of the Cognito user pool, one method each. Loaded when the first is made: most requests make none. */
import { randomBytes } from 'node:crypto';
import {
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  CognitoIdentityProviderClient,
  type AttributeType,
} from '@aws-sdk/client-cognito-identity-provider';
import { type UserPoolConfig } from '../../../libs/shared/src/config.js';
import { Problem } from '../../../libs/shared/src/errors.js';
import { deadlineSignal } from '../../../libs/shared/src/table/deadline.js';
import { isTransient } from '../../../libs/shared/src/table/retry.js';

/** An attribute with an empty value is taken away. */
export type Attributes = Readonly<Record<string, string>>;

export interface PoolUser {
  /** Its `sub`: calls take it in place of the name, and then never reach one who has the name later. */
  readonly id: string;
  readonly attributes: Attributes;
  /** Has a password of its own, not one that nobody knows. */
  readonly confirmed: boolean;
}

export interface SignedIn {
  readonly idToken: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/** Three tries of two seconds stay below the function's ten. */
const PATIENCE = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };

export class CognitoPool {
  private readonly client = new CognitoIdentityProviderClient({ maxAttempts: 3, requestHandler: PATIENCE });
  private readonly trying = new CognitoIdentityProviderClient({
    maxAttempts: 1,
    requestHandler: this.client.config.requestHandler,
  });

  constructor(private readonly config: UserPoolConfig) {}

  /** Makes a user under a password that nobody knows. Its id; undefined when there is one of this name. */
  async create(username: string, attributes: Attributes): Promise<string | undefined> {
    const made = await this.unless('UsernameExistsException', () =>
      this.client.send(
        new AdminCreateUserCommand({
          ...this.of(username),
          UserAttributes: listed(attributes),
          // No policy asks for more than one of each kind and 99 characters.
          TemporaryPassword: `Aa1!${randomBytes(64).toString('base64url')}`,
          MessageAction: 'SUPPRESS',
        }),
        during(),
      ),
    );
    return made && idIn(valuesOf(made.User?.Attributes));
  }

  /** Undefined when there is none. */
  async find(username: string): Promise<PoolUser | undefined> {
    const found = await this.ifThere(() => this.client.send(new AdminGetUserCommand(this.of(username)), during()));
    if (found === undefined) return undefined;
    const { UserAttributes, UserStatus } = found;
    const attributes = valuesOf(UserAttributes);
    return { id: idIn(attributes), attributes, confirmed: UserStatus !== 'FORCE_CHANGE_PASSWORD' };
  }

  /**
   * False when there is none.
   * @param tries once: then no other try of it can take effect after this has returned
   */
  async disable(username: string, tries: 'once' | 'often' = 'often'): Promise<boolean> {
    const client = tries === 'once' ? this.trying : this.client;
    const done = await this.ifThere(() => client.send(new AdminDisableUserCommand(this.of(username)), during()));
    return done !== undefined;
  }

  async enable(username: string): Promise<void> {
    await this.ifThere(() => this.client.send(new AdminEnableUserCommand(this.of(username)), during()));
  }

  async update(username: string, attributes: Attributes): Promise<void> {
    const command = new AdminUpdateUserAttributesCommand({
      ...this.of(username),
      UserAttributes: listed(attributes),
    });
    await this.ifThere(() => this.client.send(command, during()));
  }

  async delete(username: string): Promise<void> {
    await this.ifThere(() => this.client.send(new AdminDeleteUserCommand(this.of(username)), during()));
  }

  /** Whether it is set; `gone` when there is no such user, `refused` when the pool does not take such a password. */
  async setPassword(username: string, password: string): Promise<'set' | 'gone' | 'refused'> {
    const command = new AdminSetUserPasswordCommand({ ...this.of(username), Password: password, Permanent: true });
    const set = async (): Promise<'set'> => {
      await this.client.send(command, during());
      return 'set';
    };
    const done = await this.unless(UNFIT, async () => (await this.ifThere(set)) ?? 'gone');
    return done ?? 'refused';
  }

  /** Undefined for whoever the pool does not let in, for whatever reason. */
  async signIn(username: string, password: string): Promise<SignedIn | undefined> {
    const { poolId: UserPoolId, clientId: ClientId } = this.config;
    const command = new AdminInitiateAuthCommand({
      ...{ UserPoolId, ClientId, AuthFlow: 'ADMIN_USER_PASSWORD_AUTH' },
      AuthParameters: { USERNAME: username, PASSWORD: password },
    });
    const answer = await this.unless(REFUSALS, () => this.client.send(command, during()));
    // A temporary password leads to a challenge and to no tokens.
    const { IdToken, RefreshToken = '', ExpiresIn = 0 } = answer?.AuthenticationResult ?? {};
    return IdToken === undefined ? undefined : { idToken: IdToken, refreshToken: RefreshToken, expiresIn: ExpiresIn };
  }

  private of(Username: string): { UserPoolId: string; Username: string } {
    return { UserPoolId: this.config.poolId, Username };
  }

  private ifThere<T>(call: () => Promise<T>): Promise<T | undefined> {
    return this.unless('UserNotFoundException', call);
  }

  /**
   * The answer, or undefined for a refusal that is expected.
   * @throws Problem SIGN_IN_UNAVAILABLE when the pool is busy or out of reach; any other error as it came
   */
  private async unless<T>(refusal: string | readonly string[], call: () => Promise<T>): Promise<T | undefined> {
    try {
      return await call();
    } catch (error) {
      if (error instanceof Error && [refusal].flat().includes(error.name)) return undefined;
      if (isTransient(error) || (error as Error).name === 'TooManyRequestsException')
        throw new Problem('SIGN_IN_UNAVAILABLE', { cause: error });
      throw error;
    }
  }
}

/** By the policy, or by the pattern that every password has: https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_AdminSetUserPassword.html */
const UNFIT = ['InvalidPasswordException', 'InvalidParameterException'];

const REFUSALS = [
  ...['NotAuthorizedException', 'UserNotFoundException', 'UserNotConfirmedException', 'InvalidParameterException'],
  ...['PasswordResetRequiredException', 'UserLambdaValidationException'],
];

/** What a request is sent with: the time of the call that it belongs to. */
function during(): { abortSignal?: AbortSignal } {
  const abortSignal = deadlineSignal();
  return abortSignal ? { abortSignal } : {};
}

const valuesOf = (attributes: readonly AttributeType[] = []): Attributes =>
  Object.fromEntries(attributes.map(({ Name = '', Value = '' }) => [Name, Value]));

/** Every user has one; without it a call could reach another user of the name. */
function idIn({ sub }: Attributes): string {
  if (!sub) throw new Error('The user pool left out the sub of a user.');
  return sub;
}

const listed = (attributes: Attributes): { Name: string; Value: string }[] =>
  Object.entries(attributes).map(([Name, Value]) => ({ Name, Value }));
