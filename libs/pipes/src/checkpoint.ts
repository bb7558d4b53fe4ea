/** Where a pipe keeps how far it has come: in memory, or in one file a pipe. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileNameOf, replaceFile, sha256 } from './atomic-file.js';

/** How far one shard was consumed. */
export type ShardCheckpoint =
  /** Everything up to this record. */
  | { readonly sequenceNumber: string }
  /** Nothing yet: reading starts at the oldest record kept. */
  | { readonly sequenceNumber: null }
  /** To its end. */
  | { readonly finished: true };

/** How far each shard of one stream was consumed; a shard that is not named was never started. */
export type StreamCheckpoint = Readonly<Record<string, ShardCheckpoint>>;

/** A checkpoint belongs to one pipe on one stream and is worth nothing for any other. */
export interface CheckpointKey {
  readonly pipeArn: string;
  readonly streamArn: string;
}

/** `refused` tells why what is stored cannot be used. */
export type LoadedCheckpoint =
  { readonly shards: StreamCheckpoint } | { readonly refused: string; readonly damaged: boolean } | undefined;

export interface CheckpointStore {
  /** What was stored last, or undefined when nothing was. */
  load(key: CheckpointKey): Promise<LoadedCheckpoint>;
  /** Stores all of it at once; a crash leaves either the old or the new state. */
  save(key: CheckpointKey, shards: StreamCheckpoint): Promise<void>;
  /** Forgets what was stored, if anything was. */
  remove(key: CheckpointKey): Promise<void>;
}

/** Checkpoints that live as long as the returned object. */
export function memoryCheckpoints(): CheckpointStore {
  const stored = new Map<string, StreamCheckpoint>();
  const name = ({ pipeArn, streamArn }: CheckpointKey): string => `${pipeArn}\n${streamArn}`;
  return {
    load: (key) => {
      const shards = stored.get(name(key));
      return Promise.resolve(shards && { shards });
    },
    save: (key, shards) => {
      stored.set(name(key), structuredClone(shards));
      return Promise.resolve();
    },
    remove: (key) => Promise.resolve(void stored.delete(name(key))),
  };
}

interface CheckpointFile extends CheckpointKey {
  readonly shards: StreamCheckpoint;
  /** Of the rest: tells a torn or edited file. */
  readonly checksum: string;
}

/**
 * One file a pipe in `folder` (made when missing). A file of another stream is refused: the pipe's table was made anew.
 * Each save is written beside the file, flushed to the disk, then put in its place.
 */
export function fileCheckpoints(folder: string): CheckpointStore {
  const pathOf = ({ pipeArn }: CheckpointKey): string => join(folder, `${fileNameOf(pipeArn)}.json`);
  return {
    async load(key) {
      let text: string;
      try {
        text = await readFile(pathOf(key), 'utf8');
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
        throw error;
      }
      return read(text, key);
    },
    async save(key, shards) {
      const path = pathOf(key);
      const body = { pipeArn: key.pipeArn, streamArn: key.streamArn, shards };
      await mkdir(folder, { recursive: true });
      await replaceFile(path, JSON.stringify({ ...body, checksum: checksumOf(body) }));
    },
    remove: (key) => rm(pathOf(key), { force: true }),
  };
}

function read(text: string, key: CheckpointKey): LoadedCheckpoint {
  let file: Partial<CheckpointFile> | null;
  try {
    file = JSON.parse(text) as Partial<CheckpointFile> | null;
  } catch {
    return { refused: 'the checkpoint file is not whole', damaged: true };
  }
  const { pipeArn, streamArn, shards, checksum } = file ?? {};
  if (pipeArn === undefined || streamArn === undefined || shards === undefined) {
    return { refused: 'the checkpoint file is none', damaged: true };
  }
  if (checksum !== checksumOf({ pipeArn, streamArn, shards })) {
    return { refused: 'the checkpoint file does not match its checksum', damaged: true };
  }
  if (pipeArn !== key.pipeArn) return { refused: `the checkpoint belongs to ${pipeArn}`, damaged: false };
  if (streamArn !== key.streamArn) return { refused: `the checkpoint belongs to ${streamArn}`, damaged: false };
  return { shards };
}

const checksumOf = (body: Omit<CheckpointFile, 'checksum'>): string => sha256(JSON.stringify(body));
