/** The local user pool as Cognito's own SDK client and the AWS CLI see it. */
import { execFile, execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminDisableUserCommand,
  AdminEnableUserCommand,
  AdminGetUserCommand,
  AdminInitiateAuthCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  CreateGroupCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  ForgotPasswordCommand,
  GetGroupCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  ListGroupsCommand,
  ListUserPoolsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
  SignUpCommand,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify, type JWTPayload } from 'jose';
import { system } from '../../libs/topology/src/system.js';
import { userPool } from '../../libs/topology/src/user-pool.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { addPoolUser, poolClient, tokensOf } from '../fixtures/pool-client.js';
import { temporaryFolder } from './folder.js';

const topology = system('my-shop', { also: [userPool('people', { groups: ['admins'], attributes: ['rank'] })] });
const UserPoolId = 'us-east-1_myshop';
const ClientId = 'myshop';
const ISSUER = `https://cognito-idp.us-east-1.amazonaws.com/${UserPoolId}`;
const password = 'Secret-123';

describe('the local user pool', () => {
  const dataDir = temporaryFolder();
  let stack: LocalStack;
  let client: CognitoIdentityProviderClient;
  let made = 0;

  const start = async (): Promise<void> => {
    stack = await startLocalStack({ topology, dataDir });
    client = poolClient(stack.awsUrl);
  };
  const stop = async (): Promise<void> => {
    client.destroy();
    await stack.stop();
  };
  before(start);
  after(stop);

  const newUser = async (groups: readonly string[] = []): Promise<string> => {
    made += 1;
    const username = `user${made}`;
    await addPoolUser(client, UserPoolId, { username, password, groups });
    return username;
  };
  const signIn = (username: string, secret = password) => tokensOf(client, ClientId, { username, password: secret });
  const refused = (code: string): unknown => expect.objectContaining({ name: code });
  const claimsOf = async (token: string | undefined): Promise<JWTPayload> => {
    const keys = createRemoteJWKSet(new URL(`${stack.awsUrl}/${UserPoolId}/.well-known/jwks.json`));
    return (await jwtVerify(token ?? '', keys, { issuer: ISSUER })).payload;
  };

  it('makes a user that an administrator can read, change and delete', async () => {
    const Username = 'ada@example.com';
    const created = await client.send(
      new AdminCreateUserCommand({
        UserPoolId,
        Username,
        TemporaryPassword: 'TempPass123!',
        MessageAction: 'SUPPRESS',
        UserAttributes: [
          { Name: 'email', Value: Username },
          { Name: 'custom:rank', Value: '1' },
        ],
      }),
    );
    expect(created.User).toMatchObject({ Username, Enabled: true, UserStatus: 'FORCE_CHANGE_PASSWORD' });
    await client.send(
      new AdminUpdateUserAttributesCommand({
        UserPoolId,
        Username,
        UserAttributes: [
          { Name: 'name', Value: 'Ada' },
          { Name: 'custom:rank', Value: '' },
        ],
      }),
    );
    await client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: password, Permanent: true }));
    const read = await client.send(new AdminGetUserCommand({ UserPoolId, Username }));
    expect(read).toMatchObject({ Username, Enabled: true, UserStatus: 'CONFIRMED' });
    expect(read.UserCreateDate).toEqual(created.User?.UserCreateDate);
    expect(Object.fromEntries((read.UserAttributes ?? []).map(({ Name, Value }) => [Name, Value]))).toEqual({
      sub: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      email: Username,
      name: 'Ada',
    });
    await client.send(new AdminDeleteUserCommand({ UserPoolId, Username }));
    const gone = client.send(new AdminGetUserCommand({ UserPoolId, Username }));
    await expect(gone).rejects.toEqual(refused('UserNotFoundException'));
  });

  it('takes a user’s sub for its name, and never for that of one who has the name later', async () => {
    const Username = await newUser();
    const { UserAttributes = [] } = await client.send(new AdminGetUserCommand({ UserPoolId, Username }));
    const sub = UserAttributes.find(({ Name }) => Name === 'sub')?.Value ?? '';
    const bySub = { UserPoolId, Username: sub };
    expect(await client.send(new AdminGetUserCommand(bySub))).toMatchObject({ Username });
    await client.send(new AdminSetUserPasswordCommand({ ...bySub, Password: 'Other-1234', Permanent: true }));
    await signIn(Username, 'Other-1234');
    await client.send(new AdminDeleteUserCommand(bySub));
    await addPoolUser(client, UserPoolId, { username: Username, password });
    const late = client.send(new AdminSetUserPasswordCommand({ ...bySub, Password: 'Late-12345', Permanent: true }));
    await expect(late).rejects.toEqual(refused('UserNotFoundException'));
    await expect(client.send(new AdminDeleteUserCommand(bySub))).rejects.toEqual(refused('UserNotFoundException'));
    await signIn(Username);
  });

  it('signs a user in with tokens as Cognito words them', async () => {
    const username = await newUser(['admins']);
    const tokens = await signIn(username);
    expect(tokens).toMatchObject({ ExpiresIn: 3600, TokenType: 'Bearer', RefreshToken: expect.any(String) as unknown });
    const id = await claimsOf(tokens.IdToken);
    expect(decodeProtectedHeader(tokens.IdToken!)).toEqual({ alg: 'RS256', kid: expect.any(String) as unknown });
    expect(id).toMatchObject({
      ...{ iss: ISSUER, aud: ClientId, token_use: 'id', 'cognito:username': username, 'cognito:groups': ['admins'] },
    });
    expect(id.exp! - id.iat!).toBe(3600);
    const access = await claimsOf(tokens.AccessToken);
    expect(access).toMatchObject({ token_use: 'access', client_id: ClientId, username, sub: id.sub });
    expect(access).not.toHaveProperty('aud');
  });

  it('gives new tokens for a refresh token, until its user signs out everywhere or is disabled', async () => {
    const username = await newUser();
    const refresh = (RefreshToken = '') =>
      client.send(
        new InitiateAuthCommand({
          AuthFlow: 'REFRESH_TOKEN_AUTH',
          ClientId,
          AuthParameters: { REFRESH_TOKEN: RefreshToken },
        }),
      );
    const first = await signIn(username);
    const { AuthenticationResult } = await refresh(first.RefreshToken);
    expect(await claimsOf(AuthenticationResult?.IdToken)).toMatchObject({ 'cognito:username': username });
    expect(AuthenticationResult).not.toHaveProperty('RefreshToken');
    await expect(refresh(`${first.RefreshToken}x`)).rejects.toEqual(refused('NotAuthorizedException'));
    await client.send(new GlobalSignOutCommand({ AccessToken: first.AccessToken }));
    await expect(refresh(first.RefreshToken)).rejects.toEqual(refused('NotAuthorizedException'));
    const second = await signIn(username);
    await client.send(new AdminDisableUserCommand({ UserPoolId, Username: username }));
    await client.send(new AdminEnableUserCommand({ UserPoolId, Username: username }));
    await expect(refresh(second.RefreshToken)).rejects.toEqual(refused('NotAuthorizedException'));
  });

  it('says the same to an unknown user as to a wrong password, by either way in', async () => {
    const username = await newUser();
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
        await client.send(command as InitiateAuthCommand).catch((error: Error) => words.push(`${error}`));
    expect(words).toEqual(Array(4).fill('NotAuthorizedException: Incorrect username or password.'));
  });

  it('takes as long for an unknown user as for a wrong password', async () => {
    const username = await newUser();
    const fastest = async (name: string): Promise<number> => {
      const times: number[] = [];
      for (let n = 0; n < 8; n += 1) {
        const started = performance.now();
        await expect(signIn(name, 'Wrong-1234')).rejects.toEqual(refused('NotAuthorizedException'));
        times.push(performance.now() - started);
      }
      return Math.min(...times);
    };
    // Without the work for nobody it would be a fifth.
    expect(await fastest('nobody')).toBeGreaterThan((await fastest(username)) / 2);
  });

  it('lets nobody in who is disabled or has a temporary password', async () => {
    const username = await newUser();
    await client.send(new AdminDisableUserCommand({ UserPoolId, Username: username }));
    await expect(signIn(username)).rejects.toEqual(refused('NotAuthorizedException'));
    await client.send(new AdminEnableUserCommand({ UserPoolId, Username: username }));
    expect((await signIn(username)).IdToken).toBeDefined();
    await client.send(
      new AdminSetUserPasswordCommand({ UserPoolId, Username: username, Password: 'Temp-12345', Permanent: false }),
    );
    const { ChallengeName, AuthenticationResult } = await client.send(
      new InitiateAuthCommand({
        AuthFlow: 'USER_PASSWORD_AUTH',
        ClientId,
        AuthParameters: { USERNAME: username, PASSWORD: 'Temp-12345' },
      }),
    );
    expect([ChallengeName, AuthenticationResult]).toEqual(['NEW_PASSWORD_REQUIRED', undefined]);
  });

  it('keeps groups', async () => {
    const Username = await newUser();
    const groupsOf = async (): Promise<(string | undefined)[]> =>
      ((await client.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }))).Groups ?? []).map(
        ({ GroupName }) => GroupName,
      );
    await client.send(new CreateGroupCommand({ UserPoolId, GroupName: 'clerks', Description: 'At the till' }));
    for (const GroupName of ['clerks', 'admins', 'clerks'])
      await client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
    expect(await groupsOf()).toEqual(['admins', 'clerks']);
    const { Users = [] } = await client.send(new ListUsersInGroupCommand({ UserPoolId, GroupName: 'clerks' }));
    expect(Users.map((user) => user.Username)).toEqual([Username]);
    await client.send(new AdminRemoveUserFromGroupCommand({ UserPoolId, Username, GroupName: 'clerks' }));
    expect(await groupsOf()).toEqual(['admins']);
    const { Group } = await client.send(new GetGroupCommand({ UserPoolId, GroupName: 'clerks' }));
    expect(Group).toMatchObject({ GroupName: 'clerks', Description: 'At the till' });
    const { Groups = [] } = await client.send(new ListGroupsCommand({ UserPoolId }));
    expect(Groups.map(({ GroupName }) => GroupName)).toEqual(['admins', 'clerks']);
  });

  it('lists its users by filter and page by page', async () => {
    const all: (string | undefined)[] = [];
    let PaginationToken: string | undefined;
    do {
      const page = await client.send(new ListUsersCommand({ UserPoolId, Limit: 2, PaginationToken }));
      all.push(...(page.Users ?? []).map(({ Username }) => Username));
      ({ PaginationToken } = page);
    } while (PaginationToken !== undefined);
    expect(all).toEqual(Array.from({ length: made }, (_, n) => `user${n + 1}`).sort());
    const filtered = async (Filter: string): Promise<(string | undefined)[]> =>
      ((await client.send(new ListUsersCommand({ UserPoolId, Filter }))).Users ?? []).map(({ Username }) => Username);
    expect(await filtered('username = "user1"')).toEqual(['user1']);
    expect(await filtered('username ^= "use"')).toEqual(all);
    expect(await filtered('email = "x"')).toEqual([]);
    await expect(filtered('shoe = "x"')).rejects.toEqual(refused('InvalidParameterException'));
  });

  it('tells what was declared of it', async () => {
    const { UserPools } = await client.send(new ListUserPoolsCommand({ MaxResults: 10 }));
    expect(UserPools).toMatchObject([{ Id: UserPoolId, Name: 'my-shop-dev-people' }]);
    const { UserPool } = await client.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool?.Policies?.PasswordPolicy).toMatchObject({ MinimumLength: 8, RequireNumbers: true });
    const described = await client.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }));
    expect(described.UserPoolClient).toMatchObject({ ClientId, PreventUserExistenceErrors: 'ENABLED' });
  });

  it('refuses in Cognito’s own words', async () => {
    const Username = await newUser();
    const refusals: [call: () => Promise<unknown>, code: string][] = [
      [() => client.send(new AdminCreateUserCommand({ UserPoolId, Username })), 'UsernameExistsException'],
      [
        () => client.send(new AdminCreateUserCommand({ UserPoolId, Username: 'has space' })),
        'InvalidParameterException',
      ],
      [() => client.send(new AdminGetUserCommand({ UserPoolId, Username: 'nobody' })), 'UserNotFoundException'],
      [
        () => client.send(new AdminGetUserCommand({ UserPoolId: 'us-east-1_other', Username })),
        'ResourceNotFoundException',
      ],
      [
        () => client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: 'none' })),
        'ResourceNotFoundException',
      ],
      [() => client.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admins' })), 'GroupExistsException'],
      [
        () =>
          client.send(
            new AdminUpdateUserAttributesCommand({
              UserPoolId,
              Username,
              UserAttributes: [{ Name: 'custom:shoe', Value: '9' }],
            }),
          ),
        'InvalidParameterException',
      ],
      [() => client.send(new SignUpCommand({ ClientId, Username: 'x', Password: password })), 'NotAuthorizedException'],
      [() => client.send(new GlobalSignOutCommand({ AccessToken: 'x' })), 'NotAuthorizedException'],
      [
        () => client.send(new InitiateAuthCommand({ AuthFlow: 'USER_SRP_AUTH', ClientId, AuthParameters: {} })),
        'InvalidParameterException',
      ],
    ];
    for (const Password of [' Secret-123', 'Secret-123 ', 'Secret 123', 'Short 1'])
      refusals.push(
        [
          () => client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password })),
          'InvalidParameterException',
        ],
        [
          () =>
            client.send(
              new AdminCreateUserCommand({ UserPoolId, Username: `${Username}-other`, TemporaryPassword: Password }),
            ),
          'InvalidParameterException',
        ],
      );
    for (const Password of ['Short-1', 'no-upper-1', 'NO-LOWER-1', 'No-digits', `Aa1${'x'.repeat(254)}`])
      refusals.push([
        () => client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password })),
        'InvalidPasswordException',
      ]);
    for (const [call, code] of refusals) await expect(call()).rejects.toEqual(refused(code));
    const other = client.send(new ForgotPasswordCommand({ ClientId, Username }));
    await expect(other).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('ForgotPassword') as unknown,
    });
  });

  it('keeps no password and no refresh token that could be read, in its folder or in the journal', async () => {
    const { RefreshToken = '', IdToken = '' } = await signIn(await newUser());
    const files = readdirSync(join(dataDir, 'identity'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(files.length).toBeGreaterThan(made);
    for (const text of [...files, JSON.stringify(stack.journal.entries(() => true))])
      for (const secret of [password, RefreshToken, IdToken]) expect(text).not.toContain(secret);
  });

  it('keeps users, groups and its key over a restart', async () => {
    const username = await newUser(['clerks']);
    const { IdToken, RefreshToken } = await signIn(username);
    await stop();
    await start();
    expect(stack.resources).toMatchObject([{ origin: 'found' }]);
    expect(await claimsOf(IdToken)).toMatchObject({ 'cognito:username': username, 'cognito:groups': ['clerks'] });
    expect(await claimsOf((await signIn(username)).IdToken)).toMatchObject({ 'cognito:groups': ['clerks'] });
    const again = new InitiateAuthCommand({
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId,
      AuthParameters: { REFRESH_TOKEN: RefreshToken ?? '' },
    });
    expect((await client.send(again)).AuthenticationResult?.IdToken).toBeDefined();
  });

  it('can be made to fail, keys included', async () => {
    stack.faults.order({ service: 'cognito-idp', fault: 'Unavailable', times: 2 });
    const username = 'user1';
    await expect(signIn(username)).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect((await fetch(`${stack.awsUrl}/${UserPoolId}/.well-known/jwks.json`)).status).toBe(503);
    expect((await fetch(`${stack.awsUrl}/${UserPoolId}/.well-known/jwks.json`)).status).toBe(200);
  });

  const noCli = (): string | undefined => {
    try {
      execFileSync('aws', ['--version'], { stdio: 'ignore' });
      return undefined;
    } catch {
      return 'it needs the AWS CLI (pip install awscli)';
    }
  };
  it('answers the AWS CLI', { skip: noCli() }, async () => {
    const { stdout } = await promisify(execFile)(
      'aws',
      ['cognito-idp', 'list-users', '--user-pool-id', UserPoolId, '--filter', 'username = "user1"'],
      {
        env: {
          PATH: process.env.PATH,
          AWS_ENDPOINT_URL: stack.awsUrl,
          AWS_DEFAULT_REGION: 'us-east-1',
          AWS_ACCESS_KEY_ID: 'x',
          AWS_SECRET_ACCESS_KEY: 'x',
        },
      },
    );
    expect(JSON.parse(stdout)).toMatchObject({ Users: [{ Username: 'user1', UserStatus: 'CONFIRMED' }] });
  });
});
