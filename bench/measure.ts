/** How figures are taken and shown. */
import { readFileSync } from 'node:fs';

/** The value below which a share `p` (0 to 1) of the samples lies. */
export function percentile(samples: readonly number[], p: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * p))] ?? Number.NaN;
}

export const median = (samples: readonly number[]): number => percentile(samples, 0.5);

/** One line of a report: what, how much, and what it is held against. */
export function report(what: string, figure: string, bound = ''): void {
  process.stdout.write(`${what.padEnd(62)} ${figure.padStart(14)}  ${bound}\n`);
}

export const heading = (text: string): void => void process.stdout.write(`\n${text}\n`);

export interface ProcessFigures {
  /** CPU time since its start, in milliseconds. */
  readonly cpuMs: number;
  /** Proportional share of memory: pages shared by processes count once. */
  readonly memoryMb: number;
}

/** CPU and memory of a process and all its children; Linux only (proc(5)). */
export function processTree(pid: number): ProcessFigures {
  const tick = 10;
  const pids = [pid, ...childrenOf(pid)];
  const figures = pids.map((each) => {
    const stat = readFileSync(`/proc/${each}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const pss = /^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${each}/smaps_rollup`, 'utf8'))?.[1] ?? '0';
    return { cpuMs: (Number(fields[11]) + Number(fields[12])) * tick, memoryMb: Number(pss) / 1024 };
  });
  return {
    cpuMs: figures.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
    memoryMb: figures.reduce((sum, { memoryMb }) => sum + memoryMb, 0),
  };
}

function childrenOf(pid: number): number[] {
  const direct = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  const pids = direct === '' ? [] : direct.split(' ').map(Number);
  return pids.flatMap((child) => [child, ...childrenOf(child)]);
}

/** Waits; a bench measures time, so it may. */
export const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
