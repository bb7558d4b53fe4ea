/** Signing in and out. https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_InitiateAuth.html */
import { randomUUID } from 'node:crypto';
import { invalid, type CognitoCall } from './cognito-call.js';
import { CognitoError } from './cognito-error.js';
import { type LocalUserPool } from './local-user-pool.js';
import { matches } from './password.js';
import { type Operation } from './user-operations.js';
import {
  newRefreshToken,
  newSession,
  refreshHash,
  seconds,
  signTokens,
  usernameIn,
  usernameInRefreshToken,
  type Session,
} from './token.js';
import { type StoredUser } from './user-store.js';

/** A user's sessions at a time; the oldest goes first. */
const MOST_SESSIONS = 20;

const notAuthorized = (message: string): CognitoError => new CognitoError('NotAuthorizedException', message);

export const SIGN_IN_OPERATIONS: Readonly<Record<string, Operation>> = {
  InitiateAuth: (call, pool) => initiate(call, pool, 'USER_PASSWORD_AUTH'),
  AdminInitiateAuth: (call, pool) => {
    mustBeItsClient(call, pool);
    return initiate(call, pool, 'ADMIN_USER_PASSWORD_AUTH', 'ADMIN_NO_SRP_AUTH');
  },
  GlobalSignOut: async (call, pool) => {
    const username = await usernameIn(pool.settings, await pool.key(), call.text('AccessToken'));
    if (username === undefined) throw notAuthorized('Invalid Access Token');
    await pool.users.change(username, () => ({ refreshTokens: [] }));
    return {};
  },
  // The pool's users are made by administrators.
  SignUp: () => {
    throw notAuthorized('SignUp is not permitted for this user pool');
  },
};

async function initiate(
  call: CognitoCall,
  pool: LocalUserPool,
  ...byPassword: readonly string[]
): Promise<Record<string, unknown>> {
  const flow = call.text('AuthFlow');
  if (flow === 'REFRESH_TOKEN_AUTH' || flow === 'REFRESH_TOKEN') return refresh(call, pool);
  if (!byPassword.includes(flow)) throw invalid(`${flow} is not enabled for the client`);
  const parameters = call.parameters();
  const user = pool.users.find(parameters.get('USERNAME'));
  // The same words and the same work, whether there is such a user or not.
  if (!(await matches(parameters.get('PASSWORD'), user?.password)) || user === undefined)
    throw notAuthorized('Incorrect username or password.');
  if (!user.enabled) throw notAuthorized('User is disabled.');
  if (user.status === 'FORCE_CHANGE_PASSWORD')
    return {
      ChallengeName: 'NEW_PASSWORD_REQUIRED',
      Session: randomUUID(),
      ChallengeParameters: { USER_ID_FOR_SRP: user.username, requiredAttributes: '[]', userAttributes: '{}' },
    };
  const session = newSession();
  const { text, kept } = newRefreshToken(pool.settings, user.username, session);
  await pool.users.change(user.username, ({ refreshTokens, modifiedAt }) => ({
    refreshTokens: [...refreshTokens.filter(isGood), kept].slice(-MOST_SESSIONS),
    modifiedAt,
  }));
  return answer(await tokensOf(pool, user, session), { RefreshToken: text });
}

async function refresh(call: CognitoCall, pool: LocalUserPool): Promise<Record<string, unknown>> {
  const text = call.parameters().get('REFRESH_TOKEN');
  const user = pool.users.find(usernameInRefreshToken(text));
  const kept = user?.refreshTokens.find(({ hash }) => hash === refreshHash(text));
  if (user === undefined || kept === undefined) throw notAuthorized('Invalid Refresh Token');
  if (!isGood(kept)) throw notAuthorized('Refresh Token has expired');
  if (!user.enabled) throw notAuthorized('User is disabled.');
  return answer(await tokensOf(pool, user, kept));
}

const isGood = ({ expiresAt }: { expiresAt: number }): boolean => expiresAt > seconds();

async function tokensOf(pool: LocalUserPool, user: StoredUser, session: Session): Promise<Record<string, unknown>> {
  const { settings } = pool;
  const { idToken, accessToken } = await signTokens(settings, await pool.key(), user, session);
  return { IdToken: idToken, AccessToken: accessToken, ExpiresIn: settings.tokenValidity, TokenType: 'Bearer' };
}

const answer = (tokens: Record<string, unknown>, more: Record<string, unknown> = {}): Record<string, unknown> => ({
  ChallengeParameters: {},
  AuthenticationResult: { ...tokens, ...more },
});

/** A call that names a pool and a client names the pool's own. */
function mustBeItsClient(call: CognitoCall, { settings }: LocalUserPool): void {
  const clientId = call.text('ClientId');
  if (clientId !== settings.clientId)
    throw new CognitoError('ResourceNotFoundException', `User pool client ${clientId} does not exist.`);
}
