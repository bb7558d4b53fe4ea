/** Runs a pipe in a process of its own and kills it (SIGKILL) between a delivery and the checkpoint that follows it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface KilledPipe {
  readonly endpoint: string;
  readonly streamArn: string;
  readonly name: string;
  /** Of its checkpoints. */
  readonly folder: string;
  readonly batchSize: number;
}

/** Resolves with the keys that were delivered before the kill. */
export async function killAtFirstSave(options: KilledPipe): Promise<string[]> {
  const script = fileURLToPath(new URL('./pipe-process.js', import.meta.url));
  const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'inherit'] });
  const delivered: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    if (line === 'saving') child.kill('SIGKILL');
    else delivered.push(line);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  if (child.signalCode !== 'SIGKILL') throw new Error(`The pipe's process ended with ${child.exitCode}`);
  return delivered;
}
