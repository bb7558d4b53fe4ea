/** The local user pool as an administrator sees it by Cognito’s own SDK client and the AWS CLI, and what it keeps. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminDeleteUserCommand,
  AdminGetUserCommand,
  AdminListGroupsForUserCommand,
  AdminRemoveUserFromGroupCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  CreateGroupCommand,
  DescribeUserPoolClientCommand,
  DescribeUserPoolCommand,
  GetGroupCommand,
  InitiateAuthCommand,
  ListGroupsCommand,
  ListUserPoolsCommand,
  ListUsersCommand,
  ListUsersInGroupCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { addPoolUser } from '../fixtures/pool-client.js';
import { aws, withoutCli } from './command-line-tool.js';
import { ClientId, password, PoolStack, refused, UserPoolId } from './pool-stack.js';

describe('the local user pool', () => {
  let pool: PoolStack;
  before(async () => {
    pool = await PoolStack.start();
  });
  after(() => pool.stop());

  it('makes a user that an administrator can read, change and delete', async () => {
    const Username = 'ada@example.com';
    const created = await pool.client.send(
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
    await pool.client.send(
      new AdminUpdateUserAttributesCommand({
        UserPoolId,
        Username,
        UserAttributes: [
          { Name: 'name', Value: 'Ada' },
          { Name: 'custom:rank', Value: '' },
        ],
      }),
    );
    await pool.client.send(
      new AdminSetUserPasswordCommand({ UserPoolId, Username, Password: password, Permanent: true }),
    );
    const read = await pool.client.send(new AdminGetUserCommand({ UserPoolId, Username }));
    expect(read).toMatchObject({ Username, Enabled: true, UserStatus: 'CONFIRMED' });
    expect(read.UserCreateDate).toEqual(created.User?.UserCreateDate);
    expect(Object.fromEntries((read.UserAttributes ?? []).map(({ Name, Value }) => [Name, Value]))).toEqual({
      sub: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown,
      email: Username,
      name: 'Ada',
    });
    await pool.client.send(new AdminDeleteUserCommand({ UserPoolId, Username }));
    const gone = pool.client.send(new AdminGetUserCommand({ UserPoolId, Username }));
    await expect(gone).rejects.toEqual(refused('UserNotFoundException'));
  });

  it('takes a user’s sub for its name, and never for that of one who has the name later', async () => {
    const Username = await pool.newUser();
    const { UserAttributes = [] } = await pool.client.send(new AdminGetUserCommand({ UserPoolId, Username }));
    const sub = UserAttributes.find(({ Name }) => Name === 'sub')?.Value ?? '';
    const bySub = { UserPoolId, Username: sub };
    expect(await pool.client.send(new AdminGetUserCommand(bySub))).toMatchObject({ Username });
    await pool.client.send(new AdminSetUserPasswordCommand({ ...bySub, Password: 'Other-1234', Permanent: true }));
    await pool.signIn(Username, 'Other-1234');
    await pool.client.send(new AdminDeleteUserCommand(bySub));
    await addPoolUser(pool.client, UserPoolId, { username: Username, password });
    const late = pool.client.send(
      new AdminSetUserPasswordCommand({ ...bySub, Password: 'Late-12345', Permanent: true }),
    );
    await expect(late).rejects.toEqual(refused('UserNotFoundException'));
    await expect(pool.client.send(new AdminDeleteUserCommand(bySub))).rejects.toEqual(refused('UserNotFoundException'));
    await pool.signIn(Username);
  });

  it('keeps groups', async () => {
    const Username = await pool.newUser();
    const groupsOf = async (): Promise<(string | undefined)[]> =>
      ((await pool.client.send(new AdminListGroupsForUserCommand({ UserPoolId, Username }))).Groups ?? []).map(
        ({ GroupName }) => GroupName,
      );
    await pool.client.send(new CreateGroupCommand({ UserPoolId, GroupName: 'clerks', Description: 'At the till' }));
    for (const GroupName of ['clerks', 'admins', 'clerks'])
      await pool.client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName }));
    expect(await groupsOf()).toEqual(['admins', 'clerks']);
    const { Users = [] } = await pool.client.send(new ListUsersInGroupCommand({ UserPoolId, GroupName: 'clerks' }));
    expect(Users.map((user) => user.Username)).toEqual([Username]);
    await pool.client.send(new AdminRemoveUserFromGroupCommand({ UserPoolId, Username, GroupName: 'clerks' }));
    expect(await groupsOf()).toEqual(['admins']);
    const { Group } = await pool.client.send(new GetGroupCommand({ UserPoolId, GroupName: 'clerks' }));
    expect(Group).toMatchObject({ GroupName: 'clerks', Description: 'At the till' });
    const { Groups = [] } = await pool.client.send(new ListGroupsCommand({ UserPoolId }));
    expect(Groups.map(({ GroupName }) => GroupName)).toEqual(['admins', 'clerks']);
  });

  it('lists its users by filter and page by page', async () => {
    for (let n = 1; n <= 5; n += 1) await pool.newUser();
    const all: (string | undefined)[] = [];
    let PaginationToken: string | undefined;
    do {
      const page = await pool.client.send(new ListUsersCommand({ UserPoolId, Limit: 2, PaginationToken }));
      all.push(...(page.Users ?? []).map(({ Username }) => Username));
      ({ PaginationToken } = page);
    } while (PaginationToken !== undefined);
    expect(all).toEqual(Array.from({ length: pool.made }, (_, n) => `user${n + 1}`).sort());
    const filtered = async (Filter: string): Promise<(string | undefined)[]> =>
      ((await pool.client.send(new ListUsersCommand({ UserPoolId, Filter }))).Users ?? []).map(
        ({ Username }) => Username,
      );
    expect(await filtered('username = "user1"')).toEqual(['user1']);
    expect(await filtered('username ^= "use"')).toEqual(all);
    expect(await filtered('email = "x"')).toEqual([]);
    await expect(filtered('shoe = "x"')).rejects.toEqual(refused('InvalidParameterException'));
  });

  it('tells what was declared of it', async () => {
    const { UserPools } = await pool.client.send(new ListUserPoolsCommand({ MaxResults: 10 }));
    expect(UserPools).toMatchObject([{ Id: UserPoolId, Name: 'my-shop-dev-people' }]);
    const { UserPool } = await pool.client.send(new DescribeUserPoolCommand({ UserPoolId }));
    expect(UserPool?.Policies?.PasswordPolicy).toMatchObject({ MinimumLength: 8, RequireNumbers: true });
    const described = await pool.client.send(new DescribeUserPoolClientCommand({ UserPoolId, ClientId }));
    expect(described.UserPoolClient).toMatchObject({ ClientId, PreventUserExistenceErrors: 'ENABLED' });
  });

  it('keeps no password and no refresh token that could be read, in its folder or in the journal', async () => {
    const { RefreshToken = '', IdToken = '' } = await pool.signIn(await pool.newUser());
    const files = readdirSync(join(pool.dataDir, 'identity'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'));
    expect(files.length).toBeGreaterThan(pool.made);
    for (const text of [...files, JSON.stringify(pool.stack.journal.entries(() => true))])
      for (const secret of [password, RefreshToken, IdToken]) expect(text).not.toContain(secret);
  });

  it('keeps users, groups and its key over a restart', async () => {
    const username = await pool.newUser(['clerks']);
    const { IdToken, RefreshToken } = await pool.signIn(username);
    await pool.restart();
    expect(pool.stack.resources).toMatchObject([{ origin: 'found' }]);
    expect(await pool.claimsOf(IdToken)).toMatchObject({ 'cognito:username': username, 'cognito:groups': ['clerks'] });
    expect(await pool.claimsOf((await pool.signIn(username)).IdToken)).toMatchObject({ 'cognito:groups': ['clerks'] });
    const again = new InitiateAuthCommand({
      AuthFlow: 'REFRESH_TOKEN_AUTH',
      ClientId,
      AuthParameters: { REFRESH_TOKEN: RefreshToken ?? '' },
    });
    expect((await pool.client.send(again)).AuthenticationResult?.IdToken).toBeDefined();
  });

  it('answers the AWS CLI', { skip: withoutCli }, async () => {
    const words = ['--user-pool-id', UserPoolId, '--filter', 'username = "user1"'];
    const said = await aws(pool.stack.awsUrl, 'cognito-idp', 'list-users', ...words);
    expect(JSON.parse(said)).toMatchObject({ Users: [{ Username: 'user1', UserStatus: 'CONFIRMED' }] });
  });

  it('can be made to fail, keys included', async () => {
    const username = await pool.newUser();
    pool.stack.faults.order({ service: 'cognito-idp', fault: 'Unavailable', times: 2 });
    await expect(pool.signIn(username)).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    expect((await fetch(`${pool.stack.awsUrl}/${UserPoolId}/.well-known/jwks.json`)).status).toBe(503);
    expect((await fetch(`${pool.stack.awsUrl}/${UserPoolId}/.well-known/jwks.json`)).status).toBe(200);
  });
});
