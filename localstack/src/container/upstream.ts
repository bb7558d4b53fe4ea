/** LocalStack as seen from outside: which start of it answers, if any. */
import { systemClock } from '../../../libs/pipes/src/clock.js';

const PATIENCE_MS = 2_000;
const PAUSE_MS = 500;

/** https://docs.localstack.cloud/aws/capabilities/networking/internal-endpoints/ */
interface Info {
  session_id: string;
  version: string;
  edition: string;
}

/** A LocalStack that has started whole, or why there is none. */
export type Seen = { readonly session: string; readonly version: string } | Away;

export interface Away {
  readonly away: string;
  /** It is there, but cannot work yet. */
  readonly answers: boolean;
  /** It may be busy, or hang. */
  readonly isSilent: boolean;
  /** Nobody takes a connection. */
  readonly isGone: boolean;
}

/** @param known a session that was seen to have started whole */
async function look(url: string, known: string | undefined, ending: AbortSignal): Promise<Seen> {
  try {
    const { session_id: session, version } = (await get(`${url}/_localstack/info`, ending)) as Info;
    if (session === known) return { session, version };
    // The health page answers before the start has ended.
    const { completed } = (await get(`${url}/_localstack/init/ready`, ending)) as { completed?: boolean };
    if (completed === true) return { session, version };
    return { away: 'it is still starting', answers: true, isSilent: false, isGone: false };
  } catch (error) {
    const { cause, message, name } = error as Error & { cause?: NodeJS.ErrnoException };
    const [isSilent, isGone] = [name === 'TimeoutError', cause?.code !== undefined];
    return { away: cause?.code ?? message, answers: false, isSilent, isGone };
  }
}

async function get(url: string, ending: AbortSignal): Promise<unknown> {
  const response = await fetch(url, { signal: AbortSignal.any([ending, AbortSignal.timeout(PATIENCE_MS)]) });
  if (!response.ok) throw new Error(`status ${response.status}`);
  return response.json();
}

/** Calls `onSeen` with what each look finds, one after the other, until the signal aborts. */
export async function watch(url: string, onSeen: (seen: Seen) => Promise<void>, signal: AbortSignal): Promise<void> {
  let known: string | undefined;
  while (!signal.aborted) {
    const seen = await look(url, known, signal);
    known = 'session' in seen ? seen.session : undefined;
    await onSeen(seen);
    await systemClock.sleep(PAUSE_MS, signal);
  }
}
