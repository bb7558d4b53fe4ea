/** From the command to the first order notified, on a built tree and from nothing. */
import { cpSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { printed, startStackProcess } from '../test/fixtures/stack-process.js';
import { heading, median, report } from './measure.js';

const PARTS = [
  'apps',
  'libs',
  'localstack',
  'test',
  'bench',
  'build',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  '.swcrc',
];

export async function benchStartUp(): Promise<void> {
  heading('Start-up (from the command behind npm start to the first order notified)');
  const built: number[] = [];
  for (let round = 0; round < 5; round++) built.push(await firstNotification('.'));
  report('built tree, median of 5', `${Math.round(median(built))} ms`, '<= 1500 ms');
  report('from nothing', `${Math.round(await fromNothing())} ms`, '<= 10000 ms');
}

/** A copy of the sources, with the same dependencies. */
async function fromNothing(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'tabletop-bench-'));
  for (const part of PARTS) cpSync(part, join(folder, part), { recursive: true });
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
  const took = await firstNotification(folder);
  rmSync(folder, { recursive: true });
  return took;
}

async function firstNotification(cwd: string): Promise<number> {
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'tabletop-bench-'));
  const started = performance.now();
  const stack = await startStackProcess({ DATA_DIR }, { cwd });
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${stack.apiUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await post('/add_user/', { username: 'john', name: 'John', email: 'john@example.com' });
  await post('/orders/', { username: 'john', amount: 5.5, numItems: 2 });
  await printed(stack, /sns +\S+: New order/);
  const took = performance.now() - started;
  await stack.end('SIGINT');
  rmSync(DATA_DIR, { recursive: true });
  return took;
}
