/** Where a pipe keeps the records of its dead letters, which hold none: in memory, or in one file a batch. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileNameOf, replaceFile, sha256 } from './atomic-file.js';
import { type DeadLetterEnvelope } from './dead-letter.js';
import { type StreamEvent } from './stream-event.js';

/** A batch that was given up, with what it was. */
export interface KeptBatch {
  /** The same for the same records, also when a crash made the pipe give them up again. */
  readonly id: string;
  readonly shardId: string;
  /** The message as it was sent. */
  readonly envelope: DeadLetterEnvelope;
  /** What of it is not delivered yet, in the stream's order. */
  readonly records: readonly StreamEvent[];
}

export interface DeadLetterStore {
  /** Keeps a batch in the place of one with the same id. Resolves with the ids of batches forgotten for it, oldest first. */
  keep(pipeArn: string, batch: KeptBatch): Promise<readonly string[]>;
  /** Oldest first; `damaged` names what cannot be read. */
  list(pipeArn: string): Promise<{ readonly batches: readonly KeptBatch[]; readonly damaged: readonly string[] }>;
  remove(pipeArn: string, id: string): Promise<void>;
  /** Forgets all of a pipe. */
  clear(pipeArn: string): Promise<void>;
}

export interface KeepLimits {
  /** Most batches of one pipe; default 1,000. */
  readonly batches?: number;
  /** Most bytes of JSON of one pipe; default 64 MiB. */
  readonly bytes?: number;
}

interface Kept {
  readonly batch: KeptBatch;
  /** Of its JSON. */
  readonly bytes: number;
}

/** Lives as long as the returned object. */
export function memoryDeadLetters(limits: KeepLimits = {}): DeadLetterStore {
  const pipes = new Map<string, Map<string, Kept>>();
  const of = (pipeArn: string): Map<string, Kept> => {
    const kept = pipes.get(pipeArn) ?? new Map<string, Kept>();
    pipes.set(pipeArn, kept);
    return kept;
  };
  return {
    keep(pipeArn, batch) {
      const kept = of(pipeArn);
      kept.set(batch.id, { batch, bytes: Buffer.byteLength(JSON.stringify(batch)) });
      const forgotten = excess(kept, limits);
      for (const id of forgotten) kept.delete(id);
      return Promise.resolve(forgotten);
    },
    list: (pipeArn) => Promise.resolve({ batches: [...of(pipeArn).values()].map(({ batch }) => batch), damaged: [] }),
    remove: (pipeArn, id) => Promise.resolve(void of(pipeArn).delete(id)),
    clear: (pipeArn) => Promise.resolve(void pipes.delete(pipeArn)),
  };
}

interface BatchFile {
  /** Counted up: two batches of one millisecond have an order too. */
  readonly place: number;
  readonly batch: KeptBatch;
}

/** A folder a pipe in `folder` (made when missing), a file a batch; a torn or edited file is told as damaged. */
export function fileDeadLetters(folder: string, limits: KeepLimits = {}): DeadLetterStore {
  const folderOf = (pipeArn: string): string => join(folder, fileNameOf(pipeArn));
  const pathOf = (pipeArn: string, id: string): string => join(folderOf(pipeArn), `${id}.json`);
  /** What the folders hold, oldest first, so that keeping one more reads no file. */
  const indexes = new Map<string, Map<string, { readonly place: number; readonly bytes: number }>>();
  const read = async (pipeArn: string) => {
    const files: (BatchFile & { readonly bytes: number })[] = [];
    const damaged: string[] = [];
    for (const name of await namesIn(folderOf(pipeArn))) {
      const text = await readFile(join(folderOf(pipeArn), name), 'utf8');
      const file = parse(text);
      if (file === undefined) damaged.push(name);
      else files.push({ ...file, bytes: Buffer.byteLength(text) });
    }
    return { files: files.sort((a, b) => a.place - b.place), damaged };
  };
  const indexOf = async (pipeArn: string) => {
    const known = indexes.get(pipeArn);
    if (known !== undefined) return known;
    const { files } = await read(pipeArn);
    const index = new Map(files.map(({ place, bytes, batch }) => [batch.id, { place, bytes }]));
    indexes.set(pipeArn, index);
    return index;
  };
  return {
    async keep(pipeArn, batch) {
      await mkdir(folderOf(pipeArn), { recursive: true });
      const index = await indexOf(pipeArn);
      const place = index.get(batch.id)?.place ?? ([...index.values()].at(-1)?.place ?? 0) + 1;
      const body: BatchFile = { place, batch };
      const text = JSON.stringify({ ...body, checksum: sha256(JSON.stringify(body)) });
      await replaceFile(pathOf(pipeArn, batch.id), text);
      index.set(batch.id, { place, bytes: Buffer.byteLength(text) });
      const forgotten = excess(index, limits);
      for (const id of forgotten) {
        index.delete(id);
        await rm(pathOf(pipeArn, id), { force: true });
      }
      return forgotten;
    },
    async list(pipeArn) {
      const { files, damaged } = await read(pipeArn);
      return { batches: files.map(({ batch }) => batch), damaged };
    },
    async remove(pipeArn, id) {
      indexes.get(pipeArn)?.delete(id);
      await rm(pathOf(pipeArn, id), { force: true });
    },
    async clear(pipeArn) {
      indexes.delete(pipeArn);
      await rm(folderOf(pipeArn), { recursive: true, force: true });
    },
  };
}

/** Ids of the oldest ones that are too many or too much. */
function excess(
  oldestFirst: ReadonlyMap<string, { readonly bytes: number }>,
  { batches = 1_000, bytes: most = 64 * 1024 * 1024 }: KeepLimits,
): string[] {
  let count = oldestFirst.size;
  let size = 0;
  for (const { bytes } of oldestFirst.values()) size += bytes;
  const forgotten: string[] = [];
  for (const [id, { bytes }] of oldestFirst) {
    if (count <= batches && size <= most) break;
    forgotten.push(id);
    count -= 1;
    size -= bytes;
  }
  return forgotten;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).filter((name) => name.endsWith('.json'));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

function parse(text: string): BatchFile | undefined {
  try {
    const { place, batch, checksum } = JSON.parse(text) as BatchFile & { readonly checksum: string };
    return checksum === sha256(JSON.stringify({ place, batch })) ? { place, batch } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) return undefined;
    throw error;
  }
}
