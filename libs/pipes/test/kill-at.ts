/** Runs a pipe in a process of its own that kills itself (SIGKILL) at a crash point. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { type CrashPoint } from './crash-points.js';

export interface KilledPipe {
  readonly endpoint: string;
  readonly streamArn: string;
  readonly name: string;
  /** Of its checkpoints, and its dead letters below it. */
  readonly folder: string;
  readonly point: CrashPoint;
}

/** Resolves with the keys that were delivered before the kill, and how many dead letters were sent. */
export async function killAt(options: KilledPipe): Promise<{ delivered: string[]; deadLetters: number }> {
  const script = fileURLToPath(new URL('./pipe-process.js', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const delivered: string[] = [];
  let deadLetters = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'dead letter') deadLetters += 1;
    else delivered.push(line);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.signalCode !== 'SIGKILL') throw new Error(`The pipe's process ended with ${child.exitCode}`);
  return { delivered, deadLetters };
}
