/** A process is its id and its start time together: ids are reused, so neither alone says that it is the same one. */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { platform } from 'node:process';

export interface ProcessIdentity {
  readonly pid: number;
  /** As the system tells it; only ever compared. */
  readonly startTime: string;
}

/** The identity of a running process, or undefined when no process has this id. */
export function identify(pid: number): ProcessIdentity | undefined {
  const startTime = platform === 'linux' ? startTimeFromProc(pid) : startTimeFromPs(pid);
  return startTime === undefined ? undefined : { pid, startTime };
}

/** Whether the very process that was recorded still runs. */
export const isRunning = (recorded: ProcessIdentity): boolean =>
  identify(recorded.pid)?.startTime === recorded.startTime;

/** Field 22 of /proc/<pid>/stat, counted after the command name, which may itself hold spaces and brackets; see proc(5). */
function startTimeFromProc(pid: number): string | undefined {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, ...rest] = fields.slice(fields.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : rest[18];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT' || (error as NodeJS.ErrnoException).code === 'ESRCH')
      return undefined;
    throw error;
  }
}

function startTimeFromPs(pid: number): string | undefined {
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', env: { LC_ALL: 'C' } }).trim();
  } catch {
    // ps exits with 1 when there is no such process, which is the answer.
    return undefined;
  }
}

/** Ends a process at once; one that has ended meanwhile is no error. */
export function kill({ pid }: ProcessIdentity): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
