/** Commits the records of one batch in the stream's order, in whatever order they come to be done with. */
import { type PendingRecord } from './batch-buffer.js';

export class CommitOrder {
  readonly #done = new Set<PendingRecord>();
  #committed = 0;

  /** @param commit stores that these are done with: called with consecutive records only, from the first on */
  constructor(
    private readonly batch: readonly PendingRecord[],
    private readonly commit: (records: readonly PendingRecord[]) => Promise<void>,
  ) {}

  /** Resolves when everything that no undelivered record precedes is stored. */
  async done(records: readonly PendingRecord[]): Promise<void> {
    for (const record of records) this.#done.add(record);
    const from = this.#committed;
    let to = from;
    for (let record = this.batch[to]; record !== undefined && this.#done.has(record); record = this.batch[to]) to += 1;
    if (to === from) return;
    this.#committed = to;
    await this.commit(this.batch.slice(from, to));
  }
}
