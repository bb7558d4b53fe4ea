/** Checkpoint files: what was stored comes back, and nothing else is ever taken for it. */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { fileCheckpoints, type CheckpointKey } from './checkpoint.js';

const KEY: CheckpointKey = { pipeArn: 'arn:aws:pipes:us-east-1:000000000000:pipe/one', streamArn: 'stream/1' };
const SHARDS = { 'shard-1': { sequenceNumber: '41' }, 'shard-2': { finished: true as const } };

describe('a checkpoint file', () => {
  let folder: string;
  let file: string;
  let whole: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipes-'));
    await fileCheckpoints(folder).save(KEY, SHARDS);
    file = join(folder, (await readdir(folder))[0]!);
    whole = await readFile(file, 'utf8');
  });
  after(() => rm(folder, { recursive: true }));

  const loadFrom = async (text: string): Promise<unknown> => {
    await writeFile(file, text);
    return fileCheckpoints(folder).load(KEY);
  };

  it('gives back what was stored', async () => {
    expect(await loadFrom(whole)).toEqual({ shards: SHARDS });
  });

  it('is refused, never read in part, wherever it is torn', async () => {
    for (let length = 0; length < whole.length; length += 1) {
      expect(await loadFrom(whole.slice(0, length))).toMatchObject({ damaged: true });
    }
  });

  it('is refused when any of its characters is another', () =>
    fc.assert(
      fc.asyncProperty(
        fc.nat(whole.length - 1),
        fc.constantFrom('0', '1', '9', 'x', '"', '}', ' '),
        async (at, other) => {
          if (whole[at] === other) return;
          expect(await loadFrom(whole.slice(0, at) + other + whole.slice(at + 1))).toMatchObject({ damaged: true });
        },
      ),
      { numRuns: 300 },
    ));

  it('is refused when it holds JSON of another kind', async () => {
    for (const text of ['null', '7', '"text"', '[]', '{}', '{"shards":{}}']) {
      expect(await loadFrom(text)).toMatchObject({ damaged: true });
    }
  });

  it('is refused to another pipe and another stream, whole as it is', async () => {
    await writeFile(file, whole);
    const refused = await fileCheckpoints(folder).load({ ...KEY, streamArn: 'stream/2' });
    expect(refused).toEqual({ refused: 'the checkpoint belongs to stream/1', damaged: false });
    expect(await fileCheckpoints(folder).load({ ...KEY, pipeArn: `${KEY.pipeArn}-2` })).toBeUndefined();
  });

  it('is not hurt by what a crash left beside it', async () => {
    await writeFile(file, whole);
    await writeFile(`${file}.tmp`, whole.slice(0, 20));
    expect(await fileCheckpoints(folder).load(KEY)).toEqual({ shards: SHARDS });
    await fileCheckpoints(folder).save(KEY, {});
    expect(await fileCheckpoints(folder).load(KEY)).toEqual({ shards: {} });
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is gone when it is removed, and may be removed again', async () => {
    const store = fileCheckpoints(folder);
    await store.remove(KEY);
    await store.remove(KEY);
    expect(await store.load(KEY)).toBeUndefined();
  });
});
