/** Passwords: what a policy asks of them, and how they are kept. */
import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';
import { type PasswordPolicy } from '../../../libs/topology/src/model.js';
import { invalid } from './cognito-call.js';
import { CognitoError } from './cognito-error.js';

const derive = promisify<string, Buffer, number, { N: number; r: number; p: number }, Buffer>(scrypt);

/** About 10 ms: a pool for development, in which suites sign in hundreds of users. The cost is kept with each hash. */
const COST = { N: 4096, r: 8, p: 1 };
const KEY_BYTES = 32;
const LONGEST = 256;

/** The characters that Cognito counts as symbols, without the space, which the pattern of a password has not: https://docs.aws.amazon.com/cognito/latest/developerguide/managing-users-passwords.html */
const SYMBOL = /[\^$*.[\]{}()?"!@#%&/\\,><':;|_~`=+-]/;

/**
 * @throws CognitoError InvalidParameterException for white space, which the API's pattern of a password leaves out, before any
 * policy; InvalidPasswordException that names the first rule that the password breaks
 */
export function mustFit(policy: PasswordPolicy, password: string): void {
  if (/\s/.test(password))
    throw invalid(
      "1 validation error detected: Value at 'password' failed to satisfy constraint: " +
        'Member must satisfy regular expression pattern: [\\S]+',
    );
  const rules: [holds: boolean, what: string][] = [
    [password.length >= policy.minimumLength, 'Password not long enough'],
    [password.length <= LONGEST, 'Password must have at most 256 characters'],
    [!policy.lowercase || /[a-z]/.test(password), 'Password must have lowercase characters'],
    [!policy.uppercase || /[A-Z]/.test(password), 'Password must have uppercase characters'],
    [!policy.numbers || /[0-9]/.test(password), 'Password must have numeric characters'],
    [!policy.symbols || SYMBOL.test(password), 'Password must have symbol characters'],
  ];
  const broken = rules.find(([holds]) => !holds);
  if (broken) throw new CognitoError('InvalidPasswordException', `Password did not conform with policy: ${broken[1]}`);
}

/** `scrypt$N$r$p$salt$key`. */
export async function hashOf(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, KEY_BYTES, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** A hash that no password has: checking against it costs what checking against a user's costs. */
const NOBODYS = ['scrypt', COST.N, COST.r, COST.p, 'AAAAAAAAAAAAAAAAAAAAAA', 'A'.repeat(43)].join('$');

/** @param hash undefined for a user that is not there, which takes as long and is false */
export async function matches(password: string, hash: string | undefined): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = (hash ?? NOBODYS).split('$');
  const wanted = Buffer.from(key, 'base64url');
  const cost = { N: Number(N), r: Number(r), p: Number(p) };
  const given = await derive(password, Buffer.from(salt, 'base64url'), wanted.length, cost);
  return timingSafeEqual(given, wanted) && hash !== undefined;
}
