/** Waits until the system's AWS endpoint says that everything is there. */
import { setTimeout as delay } from 'node:timers/promises';

const PAUSE_MS = 250;

/** Resolves when the endpoint is ready, or the signal aborts. */
export async function waitForEndpoint(awsUrl: string, signal: AbortSignal): Promise<void> {
  while (!signal.aborted && !(await isReady(`${awsUrl}/health`))) await delay(PAUSE_MS, undefined, { ref: false });
}

/** Whether a server says so of itself; one that does not answer is not. */
export async function isReady(url: string, patienceMs = 2_000): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMs) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
