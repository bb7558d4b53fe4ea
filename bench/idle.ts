/** What a stack costs while nothing happens. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStackProcess } from '../test/fixtures/stack-process.js';
import { heading, pause, processTree, report } from './measure.js';

const SECONDS = 10;

export async function benchIdle(): Promise<void> {
  heading(`The whole stack, idle for ${SECONDS} s`);
  const DATA_DIR = mkdtempSync(join(tmpdir(), 'tabletop-bench-'));
  const stack = await startStackProcess({ DATA_DIR });
  await pause(2_000);
  const pid = stack.child.pid ?? 0;
  const before = processTree(pid);
  await pause(SECONDS * 1_000);
  const after = processTree(pid);
  report('CPU, share of one core', `${((after.cpuMs - before.cpuMs) / (SECONDS * 10)).toFixed(1)} %`, '<= 3 %');
  report('memory of all processes (PSS)', `${Math.round(after.memoryMb)} MB`);
  await stack.end('SIGINT');
  rmSync(DATA_DIR, { recursive: true });
}
