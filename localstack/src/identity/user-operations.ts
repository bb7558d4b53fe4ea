/**
 * Users and groups of a pool, as administrators see them.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_Operations.html
 */
import { randomBytes, randomUUID } from 'node:crypto';
import { invalid, type CognitoCall } from './cognito-call.js';
import { CognitoError } from './cognito-error.js';
import { type Group, type LocalUserPool } from './local-user-pool.js';
import { hashOf, mustFit } from './password.js';
import { type StoredUser } from './user-store.js';
import { pageOf, usersMatching } from './user-list.js';

type Answer = Record<string, unknown>;
export type Operation = (call: CognitoCall, pool: LocalUserPool) => Answer | Promise<Answer>;

const DONE: Answer = {};

export const USER_OPERATIONS: Readonly<Record<string, Operation>> = {
  AdminCreateUser: createUser,
  AdminGetUser: (call, { users }) => {
    const { Attributes, ...user } = described(users.get(call.username()));
    return { ...user, UserAttributes: Attributes };
  },
  AdminDeleteUser: async (call, { users }) => {
    await users.delete(call.username());
    return DONE;
  },
  AdminEnableUser: async (call, { users }) => {
    await users.change(call.username(), () => ({ enabled: true }));
    return DONE;
  },
  // Refresh tokens of a disabled user are no longer good.
  AdminDisableUser: async (call, { users }) => {
    await users.change(call.username(), () => ({ enabled: false, refreshTokens: [] }));
    return DONE;
  },
  AdminSetUserPassword: async (call, { users, settings }) => {
    // By what the name's next owner does not have, since hashing takes a while.
    const [{ sub }, password] = [users.get(call.username()), call.text('Password')];
    mustFit(settings.passwordPolicy, password);
    const hash = await hashOf(password);
    const status = call.flag('Permanent') ? 'CONFIRMED' : 'FORCE_CHANGE_PASSWORD';
    await users.change(sub, () => ({ password: hash, status }));
    return DONE;
  },
  AdminUpdateUserAttributes: async (call, { users, settings }) => {
    const given = call.attributes(settings.attributes);
    await users.change(call.username(), ({ attributes }) => ({ attributes: merged(attributes, given) }));
    return DONE;
  },
  AdminUserGlobalSignOut: async (call, { users }) => {
    await users.change(call.username(), () => ({ refreshTokens: [] }));
    return DONE;
  },
  ListUsers: (call, { users }) => {
    const found = usersMatching(users.all(), call.textOr('Filter', undefined));
    const { page, next } = pageOf(found, call.count('Limit', [0, 60], 60) || 60, call.textOr('PaginationToken', ''));
    return { Users: page.map(described), ...(next !== undefined && { PaginationToken: next }) };
  },
  CreateGroup: async (call, pool) => {
    const name = call.text('GroupName');
    if (!/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(name)) throw invalid('GroupName has characters it may not have.');
    const group = { name, description: call.textOr('Description', undefined), createdAt: new Date().toISOString() };
    await pool.addGroup(group);
    return { Group: describedGroup(pool, group) };
  },
  GetGroup: (call, pool) => ({ Group: describedGroup(pool, pool.group(call.text('GroupName'))) }),
  ListGroups: (call, pool) => ({ Groups: pool.groups().map((group) => describedGroup(pool, group)) }),
  ListUsersInGroup: (call, pool) => {
    const { name } = pool.group(call.text('GroupName'));
    const found = pool.users.all().filter(({ groups }) => groups.includes(name));
    const { page, next } = pageOf(found, call.count('Limit', [0, 60], 60) || 60, call.textOr('NextToken', ''));
    return { Users: page.map(described), ...(next !== undefined && { NextToken: next }) };
  },
  AdminAddUserToGroup: async (call, pool) => {
    const username = call.username();
    pool.users.get(username);
    const { name } = pool.group(call.text('GroupName'));
    await pool.users.change(username, ({ groups }) => ({ groups: [...new Set([...groups, name])] }));
    return DONE;
  },
  AdminRemoveUserFromGroup: async (call, pool) => {
    const username = call.username();
    pool.users.get(username);
    const { name } = pool.group(call.text('GroupName'));
    await pool.users.change(username, ({ groups }) => ({ groups: groups.filter((group) => group !== name) }));
    return DONE;
  },
  AdminListGroupsForUser: (call, pool) => {
    const { groups } = pool.users.get(call.username());
    const found = pool.groups().filter(({ name }) => groups.includes(name));
    return { Groups: found.map((group) => describedGroup(pool, group)) };
  },
};

/** No message is ever sent: whoever needs the temporary password sets one. */
async function createUser(call: CognitoCall, { users, settings }: LocalUserPool): Promise<Answer> {
  const username = call.username();
  if (call.textOr('MessageAction', 'SUPPRESS') !== 'SUPPRESS')
    throw invalid('MessageAction RESEND is not emulated: the local pool sends no messages.');
  if (users.find(username)) throw new CognitoError('UsernameExistsException', 'User account already exists');
  const password = call.textOr('TemporaryPassword', undefined);
  if (password !== undefined) mustFit(settings.passwordPolicy, password);
  const now = new Date().toISOString();
  const user: StoredUser = {
    username,
    sub: randomUUID(),
    attributes: merged({}, call.attributes(settings.attributes)),
    enabled: true,
    status: 'FORCE_CHANGE_PASSWORD',
    password: await hashOf(password ?? randomBytes(32).toString('base64url')),
    groups: [],
    refreshTokens: [],
    createdAt: now,
    modifiedAt: now,
  };
  await users.add(user);
  return { User: described(user) };
}

/** A blank value takes an attribute away, as the API documents it. */
const merged = (before: Readonly<Record<string, string>>, given: Readonly<Record<string, string>>) =>
  Object.fromEntries(Object.entries({ ...before, ...given }).filter(([, value]) => value !== ''));

/** Times of the protocol are seconds. */
const time = (iso: string): number => Date.parse(iso) / 1000;

const described = ({ username, sub, attributes, enabled, status, createdAt, modifiedAt }: StoredUser): Answer => ({
  Username: username,
  Attributes: Object.entries({ sub, ...attributes }).map(([Name, Value]) => ({ Name, Value })),
  UserCreateDate: time(createdAt),
  UserLastModifiedDate: time(modifiedAt),
  Enabled: enabled,
  UserStatus: status,
});

const describedGroup = ({ settings }: LocalUserPool, { name, description, createdAt }: Group): Answer => ({
  GroupName: name,
  UserPoolId: settings.id,
  ...(description !== undefined && { Description: description }),
  CreationDate: time(createdAt),
  LastModifiedDate: time(createdAt),
});
