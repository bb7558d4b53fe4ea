/** The folder that keeps the pipes made through the API: a file for each, by name. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../../libs/pipes/src/atomic-file.js';
import { Turns } from '../turns.js';
import { createPipeSchema, parsed, type PipeDefinition } from './pipe-definition.js';

/** What a file holds. */
export interface KeptPipe {
  readonly definition: PipeDefinition;
  readonly tags: Record<string, string>;
  readonly createdAt: string;
  /** Its deletion was answered, and is gone on with where a stop came between. */
  readonly isDeleted?: true;
}

const EXTENSION = '.json';

export class KeptPipes {
  /** Changes wait for each other, since two at once would hurt each other's. */
  private readonly turns = new Turns(1);

  /** @param assertMayWrite rejects when this runner's folder is another one's by now; asked right before each change */
  constructor(
    private readonly folder: string,
    private readonly assertMayWrite: () => Promise<void>,
  ) {}

  async names(): Promise<string[]> {
    await mkdir(this.folder, { recursive: true });
    const files = (await readdir(this.folder)).filter((file) => file.endsWith(EXTENSION));
    return files.map((file) => file.slice(0, -EXTENSION.length));
  }

  /** Undefined when it is gone. @throws SyntaxError, PipeValidationError for a file that holds no pipe */
  async read(name: string): Promise<KeptPipe | undefined> {
    try {
      const kept = JSON.parse(await readFile(this.fileOf(name), 'utf8')) as KeptPipe | null;
      const definition = parsed(createPipeSchema, kept?.definition);
      return { ...(kept as KeptPipe), definition };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  write(kept: KeptPipe): Promise<void> {
    return this.change(() => replaceFile(this.fileOf(kept.definition.Name), JSON.stringify(kept, undefined, 2)));
  }

  remove(name: string): Promise<void> {
    return this.change(() => rm(this.fileOf(name), { force: true }));
  }

  private change(change: () => Promise<void>): Promise<void> {
    return this.turns.take(async () => {
      await mkdir(this.folder, { recursive: true });
      await this.assertMayWrite();
      await change();
    });
  }

  private fileOf(name: string): string {
    return join(this.folder, `${name}${EXTENSION}`);
  }
}
