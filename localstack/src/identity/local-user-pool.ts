/** A user pool that runs: its users, its groups and its key, each read when it is first asked for. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../../libs/pipes/src/atomic-file.js';
import { CognitoError } from './cognito-error.js';
import { type PoolSettings } from './pool-settings.js';
import { signingKey, type SigningKey } from './signing-key.js';
import { Turns } from '../turns.js';
import { UserStore } from './user-store.js';

/** https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/API_GroupType.html */
export interface Group {
  readonly name: string;
  readonly description?: string | undefined;
  /** ISO 8601. */
  readonly createdAt: string;
}

const MOST_GROUPS = 1_000;

export class LocalUserPool {
  private keyed: Promise<SigningKey> | undefined;
  /** Changes of the groups wait for each other. */
  private readonly turns = new Turns(1);

  private constructor(
    readonly settings: PoolSettings,
    readonly users: UserStore,
    private readonly madeGroups: Group[],
    readonly openedAt: Date,
  ) {}

  static async open(settings: PoolSettings): Promise<LocalUserPool> {
    const users = await UserStore.open(join(settings.folder, 'users'));
    const file = groupsFile(settings);
    const groups = existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Group[]) : [];
    return new LocalUserPool(settings, users, groups, new Date());
  }

  key(): Promise<SigningKey> {
    this.keyed ??= signingKey(join(this.settings.folder, 'key.json'));
    return this.keyed;
  }

  /** Declared ones and those made through the API, by name. */
  groups(): Group[] {
    const declared = this.settings.groups.map((name) => ({ name, createdAt: this.openedAt.toISOString() }));
    const made = this.madeGroups.filter(({ name }) => !this.settings.groups.includes(name));
    return [...declared, ...made].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws CognitoError ResourceNotFoundException */
  group(name: string): Group {
    const found = this.groups().find((group) => group.name === name);
    if (found === undefined) throw new CognitoError('ResourceNotFoundException', 'Group not found.');
    return found;
  }

  /** @throws CognitoError GroupExistsException, LimitExceededException */
  addGroup(group: Group): Promise<void> {
    return this.turns.take(async () => {
      if (this.groups().some(({ name }) => name === group.name))
        throw new CognitoError('GroupExistsException', 'A group with the name already exists.');
      if (this.madeGroups.length >= MOST_GROUPS)
        throw new CognitoError('LimitExceededException', `The local pool holds ${MOST_GROUPS} groups at most.`);
      await mkdir(this.settings.folder, { recursive: true, mode: 0o700 });
      await replaceFile(groupsFile(this.settings), JSON.stringify([...this.madeGroups, group]));
      this.madeGroups.push(group);
    });
  }
}

const groupsFile = ({ folder }: PoolSettings): string => join(folder, 'groups.json');
