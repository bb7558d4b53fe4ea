/** Lists of users: the filter of ListUsers, and pages. */
import { invalid } from './cognito-call.js';
import { type StoredUser } from './user-store.js';

/** What may be filtered by, as https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_ListUsers.html lists it. */
const FIELDS: Readonly<Record<string, (user: StoredUser) => string | undefined>> = {
  username: ({ username }) => username,
  sub: ({ sub }) => sub,
  'cognito:user_status': ({ status }) => status,
  status: ({ enabled }) => (enabled ? 'Enabled' : 'Disabled'),
  ...Object.fromEntries(
    ['email', 'phone_number', 'name', 'given_name', 'family_name', 'preferred_username'].map((name) => [
      name,
      ({ attributes }: StoredUser) => attributes[name],
    ]),
  ),
};

/**
 * @param filter `email = "a@b.example"`, or `^=` for what it begins with
 * @throws CognitoError InvalidParameterException
 */
export function usersMatching(users: StoredUser[], filter: string | undefined): StoredUser[] {
  if (filter === undefined) return users;
  const [, name = '', operator, quoted = ''] = /^\s*"?([\w:]+)"?\s*(\^?=)\s*"((?:[^"\\]|\\.)*)"\s*$/.exec(filter) ?? [];
  const field = Object.hasOwn(FIELDS, name) ? FIELDS[name] : undefined;
  if (field === undefined) throw invalid(`One or more requested filters are not supported or malformed: ${filter}`);
  const value = quoted.replaceAll(/\\(.)/g, '$1');
  return users.filter((user) => (operator === '=' ? field(user) === value : field(user)?.startsWith(value) === true));
}

/** Users after the one that a token names, and the token for those after them. */
export function pageOf(
  users: readonly StoredUser[],
  limit: number,
  token: string,
): { page: StoredUser[]; next?: string } {
  const after = Buffer.from(token, 'base64url').toString();
  const rest = users.filter(({ username }) => username > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    page,
    ...(last !== undefined && rest.length > limit && { next: Buffer.from(last.username).toString('base64url') }),
  };
}
