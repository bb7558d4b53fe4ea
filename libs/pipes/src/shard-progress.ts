/** Which records of a shard are done with, and how far its checkpoint may go: to right before the lowest that is not. */

/** A record's place in its shard. */
export interface Place {
  readonly sequenceNumber: string;
  /** Delivered, given up or filtered out. */
  done: boolean;
}

export class ShardProgress {
  /** In the shard's order; everything before the first is done with. */
  readonly #places: Place[] = [];

  /** How many records were read beyond the checkpoint. */
  get ahead(): number {
    return this.#places.length;
  }

  /** The place of the next record read. */
  add(sequenceNumber: string, done: boolean): Place {
    const place = { sequenceNumber, done };
    this.#places.push(place);
    return place;
  }

  /** Takes what is done with off the front; the last sequence number taken, or undefined when the front is not done. */
  advance(): string | undefined {
    const first = this.#places.findIndex(({ done }) => !done);
    const taken = this.#places.splice(0, first === -1 ? this.#places.length : first);
    return taken.at(-1)?.sequenceNumber;
  }
}
