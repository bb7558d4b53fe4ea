import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { PageServer } from '../../../test/fixtures/page-server.js';
import { listenToLines, type Said } from '../../../test/fixtures/said.js';
import { until } from '../child-process.js';
import { type Made } from '../resource/makers.js';
import { Reconciler } from './reconciler.js';

describe('a LocalStack that was never there', () => {
  const LOCALSTACK_IMAGE = 'localstack/localstack:2026.05';
  let said: Said;
  let isStarting: boolean;
  let server: PageServer;
  let another: () => Reconciler;
  let reconciler: Reconciler;
  const folder = mkdtempSync(join(tmpdir(), 'reconciler-'));
  const reasonFile = join(folder, 'given-up.json');
  after(() => rmSync(folder, { recursive: true }));

  beforeEach(async () => {
    Object.assign(process.env, { LOCALSTACK_IMAGE });
    said = listenToLines();
    isStarting = false;
    server = new PageServer((incoming, outgoing) => {
      const page = incoming.url === '/_localstack/info' ? { session_id: 'first' } : { completed: false };
      outgoing.writeHead(isStarting ? 200 : 500).end(JSON.stringify(page));
    });
    await server.start();
    const make = (): Promise<Made[]> => Promise.reject(new Error('nothing is there'));
    another = () =>
      new Reconciler({
        ...{ service: 'aws', url: server.url, make, firstLineMs: 300 },
        keptIn: folder,
      });
    reconciler = another();
  });
  afterEach(async () => {
    await reconciler.stop();
    await server.stop();
    said.stop();
    delete process.env.LOCALSTACK_IMAGE;
  });

  /** What a new start says at its first look. */
  const givenUpAgain = async (): Promise<string> => {
    await reconciler.stop();
    reconciler = another();
    reconciler.start();
    await until('no look', () => Promise.resolve(reconciler.waitsFor !== 'LocalStack'), 10_000);
    return Promise.race([reconciler.broken, Promise.resolve('waiting')]);
  };

  it('is given up with the third line when its image may want a token', async () => {
    reconciler.start();
    expect(await reconciler.broken).toMatch(/2026\.05, and images from 2026\.03 on end at once without/);
    expect(said.lines.filter(({ level }) => level === 'ERROR')).toHaveLength(2);
  });

  it('is given up again at once, until another image or a token is there, or it answers', async () => {
    const said = await givenUpAgain();
    expect(said).toMatch(/2026\.05, and images from/);
    for (const change of [{ LOCALSTACK_IMAGE: 'localstack/localstack:2026.06' }, { LOCALSTACK_TOKEN_SET: 'yes' }]) {
      Object.assign(process.env, change);
      expect(await givenUpAgain()).toBe('waiting');
      Object.assign(process.env, { LOCALSTACK_IMAGE });
      delete process.env.LOCALSTACK_TOKEN_SET;
    }
    expect(await givenUpAgain()).toBe(said);
    isStarting = true;
    expect(await givenUpAgain()).toBe('waiting');
  });

  it('is looked for anew where the reason kept is torn, and given up with words where it cannot be read', async () => {
    writeFileSync(reasonFile, '{"image":');
    expect(await givenUpAgain()).toBe('waiting');
    await reconciler.stop();
    rmSync(reasonFile);
    mkdirSync(reasonFile);
    expect(await givenUpAgain()).toMatch(/^LocalStack cannot be watched: EISDIR/);
    rmSync(reasonFile, { recursive: true });
  });

  it('is waited for when it has answered once', async () => {
    isStarting = true;
    reconciler.start();
    const threeLines = (): Promise<boolean> => Promise.resolve(said.lines.length >= 3);
    await until('no three lines', threeLines, 10_000);
    expect(await Promise.race([reconciler.broken, Promise.resolve('waiting')])).toBe('waiting');
  });
});
