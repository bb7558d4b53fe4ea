/** When a local system has come to rest. */
import { type Pipe } from '../../libs/pipes/src/pipe.js';
import { type LocalSystem } from './resource/local-system.js';

/**
 * Resolves when every request is answered, every stream record delivered, every consumed queue empty and every function
 * idle. What a delivery
 * writes may itself be streamed, so rest is looked for again until a round finds nothing new.
 * @throws Error after `timeoutMs`
 */
export async function drained(
  { apis, pipes, consumers, functions, journal }: LocalSystem,
  timeoutMs: number,
): Promise<void> {
  const deadline = Date.now() + timeoutMs;
  const late = (): Error => new Error(`The system is still busy after ${timeoutMs} ms.`);
  for (;;) {
    const queued = await Promise.all([...consumers.values()].map((consumer) => consumer.isEmpty()));
    // Taken after the questions above, which pass through the journal themselves.
    const before = journal.next;
    await withDeadline(Promise.all(running(pipes).map((pipe) => pipe.drained())), deadline, late);
    const parts = [...apis.values(), ...functions.values(), ...consumers.values()];
    const busy = queued.includes(false) || parts.some((part) => part.busy > 0);
    if (!busy && journal.next === before) return;
    if (Date.now() > deadline) throw late();
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A pipe that is stopped, or failed, delivers nothing more. */
const running = (pipes: LocalSystem['pipes']): Pipe[] =>
  pipes.all().flatMap(({ pipe }) => (pipe.state === 'RUNNING' ? [pipe] : []));

async function withDeadline(work: Promise<unknown>, deadline: number, late: () => Error): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const expired = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), Math.max(0, deadline - Date.now()));
  });
  try {
    await Promise.race([work, expired]);
  } finally {
    clearTimeout(timer);
  }
}
