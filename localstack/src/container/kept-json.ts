/** A small thing that a container's next start has to know, in a file of its volume. */
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

export class KeptJson<T> {
  /** @param file undefined keeps nothing */
  constructor(private readonly file: string | undefined) {}

  /** Undefined where nothing was kept, or a machine that lost power left half of it. */
  read(): T | undefined {
    if (this.file === undefined) return undefined;
    try {
      return JSON.parse(readFileSync(this.file, 'utf8')) as T;
    } catch (error) {
      if (error instanceof SyntaxError || (error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw error;
    }
  }

  write(value: T): void {
    if (this.file === undefined) return;
    writeFileSync(`${this.file}.tmp`, JSON.stringify(value));
    renameSync(`${this.file}.tmp`, this.file);
  }

  forget(): void {
    if (this.file !== undefined) rmSync(this.file, { force: true });
  }
}
