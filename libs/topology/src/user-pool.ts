/** The constructor of a user pool: who can sign in, and how. */
import { mustBeLogical } from './construct.js';
import { must, mustBeWithin } from './declaration-error.js';
import { days, hours, minutes, type Seconds } from './duration.js';
import { type Grant, type PasswordPolicy, type UserPool } from './model.js';

/** A user pool as it is declared, and what functions may be granted on it. */
export interface GrantableUserPool extends UserPool {
  /** Tells whose token a request carries. */
  readonly tokens: Grant;
  /** Calls of Cognito's API that name the pool, such as `AdminCreateUser`; these and no other. */
  actions(...operations: [string, ...string[]]): Grant;
}

export interface UserPoolOptions {
  groups?: readonly string[];
  /** Attributes of one's own; Cognito writes them `custom:<name>`. */
  attributes?: readonly string[];
  password?: Partial<PasswordPolicy>;
  /** Seconds for which an ID or access token is valid. */
  tokenValidity?: Seconds;
  /** Seconds for which a refresh token is. */
  refreshValidity?: Seconds;
  deletionProtection?: boolean;
}

const GROUP = /^[A-Za-z0-9._-]{1,128}$/;
const ATTRIBUTE = /^[a-z][a-z0-9_]{0,19}$/;

/**
 * A pool whose users are made by administrators alone: names are plain and case-sensitive, without aliases, and its one
 * client signs in by name and password.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPool.html
 */
export function userPool(name: string, options: UserPoolOptions = {}): GrantableUserPool {
  const subject = `user-pool "${name}"`;
  mustBeLogical(name, subject);
  const { groups = [], attributes = [], deletionProtection = false } = options;
  const { tokenValidity = hours(1), refreshValidity = days(30) } = options;
  for (const group of groups)
    must(GROUP.test(group), subject, `group "${group}" must be 1 to 128 letters, digits, dots, dashes or underscores`);
  for (const attribute of attributes)
    must(
      ATTRIBUTE.test(attribute),
      subject,
      `attribute "${attribute}" must be up to 20 lower case letters, digits or underscores`,
    );
  const password = { minimumLength: 8, lowercase: true, uppercase: true, numbers: true, symbols: false };
  const passwordPolicy = { ...password, ...options.password };
  // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_PasswordPolicyType.html
  mustBeWithin(passwordPolicy.minimumLength, [6, 99], subject, 'minimumLength of a password');
  // https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_CreateUserPoolClient.html
  mustBeWithin(tokenValidity, [minutes(5), days(1)], subject, 'tokenValidity in seconds');
  mustBeWithin(refreshValidity, [hours(1), days(3650)], subject, 'refreshValidity in seconds');
  const grantable: GrantableUserPool = {
    kind: 'user-pool',
    name,
    groups,
    attributes,
    passwordPolicy,
    tokenValidity,
    refreshValidity,
    deletionProtection,
    get tokens(): Grant {
      return { on: grantable, access: 'verify', items: [] };
    },
    actions: (...operations) => {
      for (const operation of operations)
        must(
          /^[A-Z][A-Za-z]+$/.test(operation),
          subject,
          `"${operation}" is no operation of Cognito; write it as the API does, such as AdminCreateUser`,
        );
      return { on: grantable, access: 'call', items: operations };
    },
  };
  return grantable;
}
