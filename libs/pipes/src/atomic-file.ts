/** Writes files so that a crash leaves either the old or the new content. */
import { createHash } from 'node:crypto';
import { open, rename } from 'node:fs/promises';

/** Writes beside `path`, flushes to the disk, then puts it in its place; the folder has to be there. */
export async function replaceFile(path: string, text: string): Promise<void> {
  // One name, so that what a crash leaves is overwritten by the next save.
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** A name for files of a pipe: readable, and no other pipe's. */
export function fileNameOf(pipeArn: string): string {
  const label = (pipeArn.split('/').at(-1) ?? '').replace(/[^A-Za-z0-9_-]/g, '_');
  return `${label}-${sha256(pipeArn).slice(0, 8)}`;
}
