import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { PageServer } from '../../../test/fixtures/page-server.js';
import { resourcesIn } from '../../../libs/topology/src/system.js';
import { topology } from '../../../libs/topology/src/topology.js';
import { Journal } from '../journal.js';
import { journalPage } from './journal-api.js';

const service = resourcesIn(topology, 'dev').find((each) => each.kind === 'function' && each.protocol === 'http');

describe('a container whose part has ended', () => {
  const journal = new Journal();
  const endpoint = new PageServer(journalPage(journal));
  let root: string;

  beforeEach(async () => {
    await endpoint.start();
    root = mkdtempSync(join(tmpdir(), 'cli-'));
  });
  afterEach(async () => {
    await endpoint.stop();
    rmSync(root, { recursive: true });
  });

  it('ends too, after its last lines have reached the journal, and says why last', async () => {
    if (service?.kind !== 'function') throw new Error('the topology has no service');
    const folder = join(root, service.entry, 'src');
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'main.cjs'), `console.error('out of ideas'); process.exitCode = 3;`);
    const child = spawn(
      process.execPath,
      [fileURLToPath(new URL('cli.js', import.meta.url)), 'service', service.name],
      {
        env: { ...process.env, AWS_ENDPOINT_URL: endpoint.url, ROOT: root, PORT: '1' },
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    const [said] = await Promise.all([text(child.stdout), once(child, 'exit')]);
    expect(child.exitCode).toBe(1);
    expect(journal.entries().flatMap((entry) => (entry.type === 'log' ? [entry.line] : []))).toEqual(['out of ideas']);
    expect(said.trim().split('\n').at(-1)).toMatch(/"ERROR".*ended with exit status 3/);
  });
});
