/** The users of a pool, each in a file of its own, so that a change costs the same however many there are. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, sha256 } from '../../../libs/pipes/src/atomic-file.js';
import { Turns } from '../turns.js';
import { CognitoError } from './cognito-error.js';

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_UserType.html */
export interface StoredUser {
  readonly username: string;
  readonly sub: string;
  /** Without `sub`. */
  readonly attributes: Readonly<Record<string, string>>;
  readonly enabled: boolean;
  readonly status: 'CONFIRMED' | 'FORCE_CHANGE_PASSWORD';
  /** The hash. */
  readonly password: string;
  readonly groups: readonly string[];
  readonly refreshTokens: readonly RefreshToken[];
  /** ISO 8601. */
  readonly createdAt: string;
  readonly modifiedAt: string;
}

export interface RefreshToken {
  /** SHA-256: what is kept signs nobody in. */
  readonly hash: string;
  /** Seconds since 1970: when the password was given, and until when the token is good. */
  readonly authTime: number;
  readonly expiresAt: number;
  readonly originJti: string;
}

/** Everything is held in memory, so it is bounded. */
const MOST_USERS = 50_000;

export class UserStore {
  private readonly users = new Map<string, StoredUser>();
  private readonly usernames = new Map<string, string>();
  /** Changes wait for each other, so that each is made to what the one before has left. */
  private readonly turns = new Turns(1);

  private constructor(private readonly folder: string) {}

  /** The users that a folder holds; it is made if it is not there. */
  static async open(folder: string): Promise<UserStore> {
    const store = new UserStore(folder);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.json'))) {
      const user = JSON.parse(await readFile(join(folder, file), 'utf8')) as StoredUser;
      store.keep(user);
    }
    return store;
  }

  find(username: string): StoredUser | undefined {
    return this.users.get(username);
  }

  /**
   * @param username or the user's `sub`, which is never another's, not even of one who has the name later
   * @throws CognitoError UserNotFoundException
   */
  get(username: string): StoredUser {
    const user = this.users.get(username) ?? this.users.get(this.usernames.get(username) ?? '');
    if (user === undefined) throw new CognitoError('UserNotFoundException', 'User does not exist.');
    return user;
  }

  /** By name. */
  all(): StoredUser[] {
    return [...this.users.values()].sort((a, b) => (a.username < b.username ? -1 : 1));
  }

  get size(): number {
    return this.users.size;
  }

  /** @throws CognitoError UsernameExistsException, LimitExceededException */
  add(user: StoredUser): Promise<void> {
    return this.turns.take(async () => {
      if (this.users.has(user.username))
        throw new CognitoError('UsernameExistsException', 'User account already exists');
      if (this.users.size >= MOST_USERS)
        throw new CognitoError('LimitExceededException', `The local pool holds ${MOST_USERS} users at most.`);
      await this.save(user);
    });
  }

  /** Takes what `get` takes. @throws CognitoError UserNotFoundException; and what `change` throws */
  change(username: string, change: (user: StoredUser) => Partial<StoredUser>): Promise<StoredUser> {
    return this.turns.take(async () => {
      const before = this.get(username);
      const user = { ...before, ...change(before), modifiedAt: new Date().toISOString() };
      await this.save(user);
      return user;
    });
  }

  /** Takes what `get` takes. @throws CognitoError UserNotFoundException */
  delete(username: string): Promise<void> {
    return this.turns.take(async () => {
      const user = this.get(username);
      await rm(this.fileOf(user.username), { force: true });
      this.users.delete(user.username);
      this.usernames.delete(user.sub);
    });
  }

  private async save(user: StoredUser): Promise<void> {
    await replaceFile(this.fileOf(user.username), JSON.stringify(user));
    this.keep(user);
  }

  private keep(user: StoredUser): void {
    this.users.set(user.username, user);
    this.usernames.set(user.sub, user.username);
  }

  /** A name may hold what a file's name may not. */
  private fileOf(username: string): string {
    return join(this.folder, `${sha256(username)}.json`);
  }
}
