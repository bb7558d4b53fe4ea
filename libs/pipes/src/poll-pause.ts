/** How long a reader rests after a read that found nothing. */

export interface PollOptions {
  /** The first pause after records or a wake, in milliseconds; default 250, as AWS does: four polls a second. */
  readonly idleMs: number;
  /**
   * Each further pause is twice as long, up to this one; default `idleMs`, so that a stream nobody wakes the pipe for is
   * polled as steadily as on AWS.
   */
  readonly restMs?: number;
}

/** AWS polls a shard four times a second. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-dynamodb.html */
const DEFAULT_IDLE_MS = 250;

export class PollPause {
  readonly #shortest: number;
  readonly #longest: number;
  #next: number;

  constructor({ idleMs, restMs = idleMs }: PollOptions = { idleMs: DEFAULT_IDLE_MS }) {
    this.#shortest = idleMs;
    this.#longest = Math.max(idleMs, restMs);
    this.#next = idleMs;
  }

  /** Something moves: the next pause is a short one again. */
  reset(): void {
    this.#next = this.#shortest;
  }

  /** The pause to make now, in milliseconds; the one after it is longer. */
  take(): number {
    const pause = this.#next;
    this.#next = Math.min(pause * 2, this.#longest);
    return pause;
  }
}
