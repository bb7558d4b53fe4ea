/**
 * Who can sign in: a pool user under each such customer's name. A registration makes it, then the customer, then lets it in;
 * what a crash leaves of one is a half, which has a password that nobody knows.
 */
import { readUserPoolConfig, type UserPoolConfig } from '../../../libs/shared/src/config.js';
import { Problem } from '../../../libs/shared/src/errors.js';
import { type CognitoPool, type PoolUser } from './cognito-pool.js';

export interface Person {
  readonly username: string;
  readonly name: string;
  readonly email: string;
}

export interface Login {
  readonly userId: string;
  /** As the pool has it, else the username. */
  readonly name: string;
  readonly token: string;
  readonly refreshToken: string;
  /** Seconds. */
  readonly expiresIn: number;
}

/**
 * Names the registration that has made a user and not yet finished it. Without it, whoever an administrator has invited
 * would look like a half, and be anybody's to complete.
 */
const MARK = 'custom:registration';

/** How often a registration that owns the customer makes its pool user anew when others that have lost come first. */
const MOST_ROUNDS = 20;

/** How many pool users a registration makes until one of them is surely disabled. */
const MOST_MADE = 3;

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
   * Makes the pool user of a registration, disabled; no other registration ever changes it, but one may delete it.
   * @returns its id, or undefined while another registration's half has the name
   * @throws Problem USERNAME_TAKEN when somebody has it who is no half
   */
  async begin(username: string, registration: string): Promise<string | undefined> {
    const { made, found } = await this.make(username, registration);
    if (found && (found.confirmed || found.attributes[MARK] === undefined)) throw taken();
    return made;
  }

  /**
   * Makes it in place of whatever other registrations have left under the name.
   * @param owns whether the customer is this registration's still: then all others' are of no use to anybody
   * @throws Problem USERNAME_TAKEN when it is no longer, or when an administrator has made a user of this name
   */
  async replace(username: string, registration: string, owns: () => Promise<boolean>): Promise<string> {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
      const { made, found } = await this.make(username, registration);
      if (made !== undefined) return made;
      if (found === undefined) continue;
      // In this order: who was found before the customer is still ours has lost it, and does not get it back.
      if (found.attributes[MARK] === undefined || !(await owns())) throw taken();
      await this.discard(found.id);
    }
    throw new Problem('SIGN_IN_UNAVAILABLE');
  }

  /**
   * Whether a registration that the table knows has not come to its end. A password that it has set itself is its end, though
   * it may not have been able to say so.
   */
  async isHalf(username: string, registration: string): Promise<boolean> {
    const user = await (await this.pool()).find(username);
    if (user === undefined) return true;
    const mark = user.attributes[MARK];
    return mark !== undefined && !(user.confirmed && mark === registration);
  }

  /** Deletes a registration's pool user. Whoever has the name then is not touched. */
  async discard(id: string): Promise<void> {
    await (await this.pool()).delete(id);
  }

  /**
   * Lets a half in, once the customer is its registration's.
   * @throws Problem USERNAME_TAKEN when another registration has deleted it; VALIDATION_FAILED when the pool does not
   * take the password
   */
  async letIn(id: string, { name, email }: Person, password: string): Promise<void> {
    const pool = await this.pool();
    await pool.update(id, { email, name });
    await pool.enable(id);
    // Until here nobody knows its password.
    const outcome = await pool.setPassword(id, password);
    if (outcome === 'gone') throw taken();
    if (outcome === 'refused')
      throw new Problem('VALIDATION_FAILED', {
        errors: [{ field: 'password', message: 'is not one that the pool takes' }],
      });
  }

  /** Takes the mark away, once the registration is settled. */
  async unmark(id: string): Promise<void> {
    await (await this.pool()).update(id, { [MARK]: '' });
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

  /**
   * A user of the registration's own, or else who has the name, if it is still had. Disabling that nobody answers may take
   * effect when the user has been let in and told so: such a user is given up for another.
   */
  private async make(username: string, registration: string): Promise<{ made?: string; found?: PoolUser }> {
    const pool = await this.pool();
    for (let count = 1; ; count += 1) {
      let made = await pool.create(username, { [MARK]: registration });
      if (made === undefined) {
        const found = await pool.find(username);
        // Else it is ours, and the reply to the first attempt was lost.
        if (found?.attributes[MARK] !== registration) return found ? { found } : {};
        made = found.id;
      }
      try {
        await pool.disable(made, 'once');
        return { made };
      } catch (error) {
        if (count === MOST_MADE) throw error;
        await pool.delete(made);
      }
    }
  }

  private pool(): Promise<CognitoPool> {
    this.loading ??= import('./cognito-pool.js').then(({ CognitoPool }) => new CognitoPool(this.config));
    return this.loading;
  }
}

const taken = (): Problem => new Problem('USERNAME_TAKEN', { errors: [{ field: 'username', message: 'is taken' }] });

/** It came from the pool itself just now, so its signature says nothing new. */
const claimsOf = (token: string): Partial<Record<string, string>> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Partial<Record<string, string>>;
