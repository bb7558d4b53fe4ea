/**
 * The tokens of a signed-in user, with Cognito's claims.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-id-token.html
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-the-access-token.html
 */
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import { jwtVerify, SignJWT } from 'jose';
import { type PoolSettings } from './pool-settings.js';
import { ALGORITHM, type SigningKey } from './signing-key.js';
import { type RefreshToken, type StoredUser } from './user-store.js';

/** How often and since when a user is signed in. */
export interface Session {
  /** Seconds since 1970. */
  readonly authTime: number;
  readonly originJti: string;
}

export const newSession = (): Session => ({ authTime: seconds(), originJti: randomUUID() });

/** An ID and an access token of a user. */
export async function signTokens(
  { issuer, clientId, tokenValidity }: PoolSettings,
  { kid, privateKey }: SigningKey,
  { username, sub, attributes, groups }: StoredUser,
  { authTime, originJti }: Session,
): Promise<{ idToken: string; accessToken: string }> {
  const now = seconds();
  const common = {
    ...{ sub, iss: issuer, origin_jti: originJti, event_id: randomUUID() },
    ...{ auth_time: authTime, iat: now, exp: now + tokenValidity },
    ...(groups.length > 0 && { 'cognito:groups': groups }),
  };
  const sign = (claims: Record<string, unknown>): Promise<string> =>
    new SignJWT({ ...common, jti: randomUUID(), ...claims })
      .setProtectedHeader({ kid, alg: ALGORITHM })
      .sign(privateKey);
  const [idToken, accessToken] = await Promise.all([
    sign({
      ...withBooleans(attributes),
      ...{ token_use: 'id', aud: clientId, 'cognito:username': username },
    }),
    sign({ token_use: 'access', client_id: clientId, username, scope: 'aws.cognito.signin.user.admin' }),
  ]);
  return { idToken, accessToken };
}

/** The user that an access token of the pool was given to; undefined for any other text. */
export async function usernameIn(
  { issuer }: PoolSettings,
  { publicJwk }: SigningKey,
  accessToken: string,
): Promise<string | undefined> {
  try {
    const { payload } = await jwtVerify(accessToken, publicJwk, { issuer, algorithms: [ALGORITHM] });
    return payload.token_use === 'access' ? String(payload.username) : undefined;
  } catch {
    // Whatever is wrong with it, it is no token of this pool.
    return undefined;
  }
}

/** A refresh token, and what is kept of it. It names its user, so that nobody else need be looked at. */
export function newRefreshToken(
  { refreshValidity }: PoolSettings,
  username: string,
  { authTime, originJti }: Session,
): { text: string; kept: RefreshToken } {
  const text = `${Buffer.from(username).toString('base64url')}.${randomBytes(48).toString('base64url')}`;
  return { text, kept: { hash: refreshHash(text), authTime, originJti, expiresAt: authTime + refreshValidity } };
}

export const usernameInRefreshToken = (text: string): string =>
  Buffer.from(text.split('.')[0] ?? '', 'base64url').toString();

export const refreshHash = (text: string): string => createHash('sha256').update(text).digest('base64url');

export const seconds = (): number => Math.floor(Date.now() / 1000);

/** Cognito keeps attributes as text, and tells these two as what they are. */
const withBooleans = (attributes: Readonly<Record<string, string>>): Record<string, string | boolean> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [name, name.endsWith('_verified') ? value === 'true' : value]),
  );
