import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, it } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { expect } from 'expect';
import { unzipSync } from 'fflate';
import { handlerFunction } from '../../../libs/topology/src/construct.js';
import { hashOf, zipOf } from './function-zip.js';
import { packageFunctions } from './package-functions.js';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('the zip of a function', () => {
  it('holds the files as they are', () => {
    const files = unzipSync(zipOf({ 'index.js': bytes('exports.handler = 1'), 'a/b.txt': bytes('é') }));
    expect(
      Object.fromEntries(Object.entries(files).map(([name, data]) => [name, new TextDecoder().decode(data)])),
    ).toEqual({
      'index.js': 'exports.handler = 1',
      'a/b.txt': 'é',
    });
  });

  it('is the same whatever the order of files, the time and the time zone', () => {
    const before = zipOf({ a: bytes('1'), b: bytes('2') });
    const zone = process.env.TZ;
    process.env.TZ = 'Pacific/Kiritimati';
    try {
      expect(zipOf({ b: bytes('2'), a: bytes('1') })).toEqual(before);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it('is told by the SHA-256 of its bytes', () => {
    const zip = zipOf({ a: bytes('1') });
    expect(hashOf(zip)).toBe(createHash('sha256').update(zip).digest('base64'));
    expect(hashOf(zipOf({ a: bytes('2') }))).not.toBe(hashOf(zip));
  });

  it('is the same bytes from two folders, built at two times', async () => {
    const zips = [];
    for (const [name, time] of [
      ['first', 1_000_000_000],
      ['a second folder', 1_700_000_000],
    ] as const) {
      const folder = mkdtempSync(join(tmpdir(), `${name}-`));
      try {
        cpSync(join('dist', 'apps', 'notifier'), join(folder, 'dist', 'apps', 'notifier'), { recursive: true });
        cpSync(join('dist', 'libs'), join(folder, 'dist', 'libs'), { recursive: true });
        symlinkSync(resolve('node_modules'), join(folder, 'node_modules'), 'junction');
        utimesSync(join(folder, 'dist', 'apps', 'notifier', 'src', 'lambda.js'), time, time);
        const notifier = handlerFunction('notifier', { entry: 'apps/notifier' });
        const codeOf = await packageFunctions({
          ...{ resources: [notifier], root: join(folder, 'dist') },
          ...{ bundles: join(folder, 'bundles'), outdir: folder },
        });
        zips.push(readFileSync(join(folder, 'functions', 'notifier.zip')));
        expect(codeOf(notifier)).toEqual({ path: '../../functions/notifier.zip', hash: hashOf(zips.at(-1)!) });
      } finally {
        rmSync(folder, { recursive: true });
      }
    }
    expect(zips[0]?.equals(zips[1]!)).toBe(true);
  });

  it('is made anew when the code has changed, and only then', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'changing-'));
    try {
      const lambda = handlerFunction('worker', { entry: 'worker.mjs' });
      const pack = async (): Promise<string> => {
        const options = { resources: [lambda], root: folder, bundles: join(folder, 'bundles'), outdir: folder };
        return (await packageFunctions(options))(lambda).hash;
      };
      writeFileSync(join(folder, 'worker.mjs'), 'export const handler = () => 1;');
      const first = await pack();
      const made = statSync(join(folder, 'bundles', 'worker', 'index.zip')).mtimeMs;
      expect(await pack()).toBe(first);
      expect(statSync(join(folder, 'bundles', 'worker', 'index.zip')).mtimeMs).toBe(made);
      // The bundler looks at a source once a turn.
      await setImmediate();
      writeFileSync(join(folder, 'worker.mjs'), 'export const handler = () => 22;');
      expect(await pack()).not.toBe(first);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
