/**
 * Who can sign in: a pool user under each such customer's name. A registration makes it, then the customer, then lets it in;
 * what a crash leaves of one is a half, which has a password that nobody knows.
 */
import { readUserPoolConfig, type UserPoolConfig } from '../../../libs/shared/src/config.js';
import { Problem } from '../../../libs/shared/src/errors.js';
import { type CognitoPool } from './cognito-pool.js';

export interface Person {
  readonly username: string;
  readonly name: string;
  readonly email: string;
}

export interface Login {
  readonly userId: string;
  readonly name: string;
  readonly token: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * Marks a user that a registration has made and not yet finished. Without the mark, whoever an administrator has invited
 * would look like a half, and be anybody's to complete.
 */
const MARK = 'custom:registration';
const UNFINISHED = 'unfinished';

/** No pool holds this name: who signs in under one that nobody has is tried with it. */
const NOBODY = '#nobody#';

export class Accounts {
  private loading: Promise<CognitoPool> | undefined;

  constructor(private readonly config: UserPoolConfig) {}

  /** Those of the pool that the environment names. @throws ConfigError */
  static open(): Accounts {
    return new Accounts(readUserPoolConfig());
  }

  /**
   * Makes sure that there is a half of this name.
   * @returns whether it was made just now
   * @throws Problem USERNAME_TAKEN when there is a whole one
   */
  async begin({ username, name, email }: Person): Promise<boolean> {
    const pool = await this.pool();
    if (await pool.create(username, { email, name, [MARK]: UNFINISHED })) {
      await pool.disable(username);
      return true;
    }
    if (!(await this.isHalf(username))) throw new Problem('USERNAME_TAKEN', { errors: TAKEN });
    return false;
  }

  async isHalf(username: string): Promise<boolean> {
    const user = await (await this.pool()).find(username);
    return user !== undefined && !user.confirmed && user.attributes[MARK] === UNFINISHED;
  }

  /** Takes back the disabling of a half whose name went to another registration: that one may be finished already. */
  async giveUp(username: string): Promise<void> {
    await (await this.pool()).enable(username);
  }

  /**
   * Lets a half in, once the customer is this registration's.
   * @throws Problem VALIDATION_FAILED when the pool asks for more of the password
   */
  async finish({ username, name, email }: Person, password: string): Promise<void> {
    const pool = await this.pool();
    await pool.update(username, { email, name });
    await pool.enable(username);
    // Until here nobody knows its password. What comes after makes no half of it, whatever fails.
    if (!(await pool.setPassword(username, password)))
      throw new Problem('VALIDATION_FAILED', { errors: [{ field: 'password', message: 'is too easy to guess' }] });
    await pool.update(username, { [MARK]: '' });
  }

  /** Keeps the pool's copy of a customer's data; nothing for one who cannot sign in. */
  async update(username: string, changes: { name?: string | undefined; email?: string | undefined }): Promise<void> {
    const given = Object.entries(changes).filter((entry): entry is [string, string] => entry[1] !== undefined);
    await (await this.pool()).update(username, Object.fromEntries(given));
  }

  /** From now on the user cannot sign in. Whether there is one. */
  async close(username: string): Promise<boolean> {
    return (await this.pool()).disable(username);
  }

  async delete(username: string): Promise<void> {
    await (await this.pool()).delete(username);
  }

  /**
   * @param username undefined for nobody, which takes as long and is refused as a wrong password is
   * @throws Problem BAD_CREDENTIALS
   */
  async signIn(username: string | undefined, password: string): Promise<Login> {
    const signedIn = await (await this.pool()).signIn(username ?? NOBODY, password);
    if (signedIn === undefined) throw new Problem('BAD_CREDENTIALS');
    const { idToken: token, ...others } = signedIn;
    const claims = claimsOf(token);
    const userId = claims['cognito:username'] ?? '';
    return { userId, name: claims.name ?? userId, token, ...others };
  }

  private pool(): Promise<CognitoPool> {
    this.loading ??= import('./cognito-pool.js').then(({ CognitoPool }) => new CognitoPool(this.config));
    return this.loading;
  }
}

const TAKEN = [{ field: 'username', message: 'is taken' }];

/** It came from the pool itself just now, so its signature says nothing new. */
const claimsOf = (token: string): Partial<Record<string, string>> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Partial<Record<string, string>>;
