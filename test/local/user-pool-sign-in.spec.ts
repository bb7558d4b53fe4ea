/** Signing in to the local user pool: its tokens, who is let in, and what a failure gives away. */
import { after, before, describe, it } from 'node:test';
import {
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminInitiateAuthCommand,
  AdminSetUserPasswordCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { decodeProtectedHeader } from 'jose';
import { ClientId, ISSUER, PoolStack, refused, UserPoolId } from './pool-stack.js';

describe('the local user pool', () => {
  let pool: PoolStack;
  before(async () => {
    pool = await PoolStack.start();
  });
  after(() => pool.stop());

  it('signs a user in with tokens as Cognito words them', async () => {
    const username = await pool.newUser(['admins']);
    const tokens = await pool.signIn(username);
    expect(tokens).toMatchObject({ ExpiresIn: 3600, TokenType: 'Bearer', RefreshToken: expect.any(String) as unknown });
    const id = await pool.claimsOf(tokens.IdToken);
    expect(decodeProtectedHeader(tokens.IdToken!)).toEqual({ alg: 'RS256', kid: expect.any(String) as unknown });
    expect(id).toMatchObject({
      ...{ iss: ISSUER, aud: ClientId, token_use: 'id', 'cognito:username': username, 'cognito:groups': ['admins'] },
    });
    expect(id.exp! - id.iat!).toBe(3600);
    const access = await pool.claimsOf(tokens.AccessToken);
    expect(access).toMatchObject({ token_use: 'access', client_id: ClientId, username, sub: id.sub });
    expect(access).not.toHaveProperty('aud');
  });

  it('gives new tokens for a refresh token, until its user signs out everywhere or is disabled', async () => {
    const username = await pool.newUser();
    const refresh = (RefreshToken = '') =>
      pool.client.send(
        new InitiateAuthCommand({
          AuthFlow: 'REFRESH_TOKEN_AUTH',
          ClientId,
          AuthParameters: { REFRESH_TOKEN: RefreshToken },
        }),
      );
    const first = await pool.signIn(username);
    const { AuthenticationResult } = await refresh(first.RefreshToken);
    expect(await pool.claimsOf(AuthenticationResult?.IdToken)).toMatchObject({ 'cognito:username': username });
    expect(AuthenticationResult).not.toHaveProperty('RefreshToken');
    await expect(refresh(`${first.RefreshToken}x`)).rejects.toEqual(refused('NotAuthorizedException'));
    await pool.client.send(new GlobalSignOutCommand({ AccessToken: first.AccessToken }));
    await expect(refresh(first.RefreshToken)).rejects.toEqual(refused('NotAuthorizedException'));
    const second = await pool.signIn(username);
    await pool.client.send(new AdminDisableUserCommand({ UserPoolId, Username: username }));
    await pool.client.send(new AdminEnableUserCommand({ UserPoolId, Username: username }));
    await expect(refresh(second.RefreshToken)).rejects.toEqual(refused('NotAuthorizedException'));
  });

  it('says the same to an unknown user as to a wrong password, by either way in', async () => {
    const username = await pool.newUser();
    const words: string[] = [];
    for (const USERNAME of [username, 'nobody'])
      for (const command of [
        new InitiateAuthCommand({
          ...{ AuthFlow: 'USER_PASSWORD_AUTH', ClientId },
          AuthParameters: { USERNAME, PASSWORD: 'Wrong-1234' },
        }),
        new AdminInitiateAuthCommand({
          ...{ AuthFlow: 'ADMIN_USER_PASSWORD_AUTH', ClientId, UserPoolId },
          AuthParameters: { USERNAME, PASSWORD: 'Wrong-1234' },
        }),
      ])
        await pool.client.send(command as InitiateAuthCommand).catch((error: Error) => words.push(`${error}`));
    expect(words).toEqual(Array(4).fill('NotAuthorizedException: Incorrect username or password.'));
  });

  it('takes as long for an unknown user as for a wrong password', async () => {
    const username = await pool.newUser();
    const fastest = async (name: string): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; n < 8; n += 1) {
        const started = performance.now();
        await expect(pool.signIn(name, 'Wrong-1234')).rejects.toEqual(refused('NotAuthorizedException'));
        times.push(performance.now() - started);
      }
      return Math.min(...times);
    };
    // Without the work for nobody it would be a fifth.
    expect(await fastest('nobody')).toBeGreaterThan((await fastest(username)) / 2);
  });

  it('lets nobody in who is disabled or has a temporary password', async () => {
    const username = await pool.newUser();
    await pool.client.send(new AdminDisableUserCommand({ UserPoolId, Username: username }));
    await expect(pool.signIn(username)).rejects.toEqual(refused('NotAuthorizedException'));
    await pool.client.send(new AdminEnableUserCommand({ UserPoolId, Username: username }));
    expect((await pool.signIn(username)).IdToken).toBeDefined();
    await pool.client.send(
      new AdminSetUserPasswordCommand({ UserPoolId, Username: username, Password: 'Temp-12345', Permanent: false }),
    );
    const { ChallengeName, AuthenticationResult } = await pool.client.send(
      new InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId,
        AuthParameters: { USERNAME: username, PASSWORD: 'Temp-12345' },
      }),
    );
    expect([ChallengeName, AuthenticationResult]).toEqual(['NEW_PASSWORD_REQUIRED', undefined]);
  });
});
