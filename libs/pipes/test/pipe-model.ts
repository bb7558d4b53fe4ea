/**
 * What has to hold of a pipe whatever happens to it: nothing lost, order for each key, attempts within bounds, and a
 * checkpoint that passes no undelivered record. Told every write, call, save and end by the runner of the sequences.
 */
import { type DeadLetterEnvelope } from '../src/dead-letter.js';
import { type StreamEvent } from '../src/stream-event.js';

export interface WrittenRecord {
  readonly shardId: string;
  /** No other record has it, nor one of another shard. */
  readonly sequence: bigint;
  readonly key: string;
  /** The pipe's filter lets it pass. */
  readonly passes: boolean;
}

export interface ModelOptions {
  readonly maximumRetryAttempts: number;
  readonly batchSize: number;
  readonly bisect: boolean;
}

interface Fate extends WrittenRecord {
  deliveries: number;
  givenUp: boolean;
  /** Failed tries as head of a batch since the pipe last started; a head before it that was done with does not matter. */
  failuresAsHead: number;
  /** Its last try failed after a stop was asked for: it comes again, whatever tries are left. */
  comesAgain: boolean;
}

/** How a call failed: counted as the customer's fault, and while the pipe was being stopped. */
export interface CallOptions {
  readonly counted: boolean;
  readonly stopping: boolean;
}

export class PipeModel {
  readonly #fates = new Map<string, Fate>();
  /** Whether something happened after which AWS too would deliver twice. */
  mayRepeat = false;

  constructor(private readonly options: ModelOptions) {}

  written(record: WrittenRecord): void {
    this.#fates.set(String(record.sequence), {
      ...record,
      deliveries: 0,
      givenUp: false,
      failuresAsHead: 0,
      comesAgain: false,
    });
  }

  /** The pipe, or its process, has begun anew: so have its counts. */
  restarted(): void {
    for (const fate of this.#fates.values()) Object.assign(fate, { failuresAsHead: 0, comesAgain: false });
  }

  /** The target was called; `failed` are the positions that it blames. */
  called(batch: readonly StreamEvent[], failed: readonly number[], { counted, stopping }: CallOptions): void {
    const fates = batch.map(({ dynamodb }) => this.#fate(dynamodb.SequenceNumber));
    for (const [position, fate] of fates.entries()) {
      if (!fate.passes) throw new Error(`${idOf(fate)} was filtered out and came`);
      for (const earlier of this.#fates.values()) {
        if (earlier.key !== fate.key || !isBefore(earlier, fate) || isDone(earlier)) continue;
        const ahead = fates.slice(0, position).some((other) => other === earlier);
        if (!ahead) throw new Error(`${idOf(fate)} came before ${idOf(earlier)} of its key ${fate.key}`);
      }
    }
    const first = Math.min(...failed, batch.length);
    fates.forEach((fate, position) => {
      if (!failed.includes(position)) fate.deliveries += 1;
      else if (stopping) fate.comesAgain = true;
      if (position > first && !failed.includes(position)) this.mayRepeat = true;
    });
    const head = fates[first];
    if (counted && head !== undefined) this.#countFailure(head);
  }

  #countFailure(head: Fate): void {
    const { maximumRetryAttempts, batchSize, bisect } = this.options;
    head.failuresAsHead += 1;
    const splits = bisect ? Math.ceil(Math.log2(batchSize)) + 1 : 1;
    const most = 1 + maximumRetryAttempts + splits;
    if (head.failuresAsHead > most)
      throw new Error(`${idOf(head)} was tried ${head.failuresAsHead} times, not ${most}`);
  }

  givenUp({ DDBStreamBatchInfo: batch }: DeadLetterEnvelope): void {
    const [from, to] = [BigInt(batch.startSequenceNumber), BigInt(batch.endSequenceNumber)];
    for (const fate of this.#fates.values()) {
      if (fate.shardId === batch.shardId && fate.sequence >= from && fate.sequence <= to) {
        if (fate.comesAgain) throw new Error(`${idOf(fate)} was given up by a stop`);
        fate.givenUp = true;
      }
    }
  }

  /** A checkpoint was stored. */
  saved(shardId: string, sequenceNumber: string | undefined): void {
    for (const fate of this.#fates.values()) {
      const passed = sequenceNumber === undefined || fate.sequence <= BigInt(sequenceNumber);
      if (fate.shardId === shardId && passed && !isDone(fate)) {
        throw new Error(`The checkpoint ${sequenceNumber ?? 'finished'} passed ${idOf(fate)}, which was not delivered`);
      }
    }
  }

  /** Everything was drained. */
  ended(): void {
    for (const fate of this.#fates.values()) {
      if (!isDone(fate)) throw new Error(`${idOf(fate)} was lost`);
      if (fate.deliveries > 1 && !this.mayRepeat) throw new Error(`${idOf(fate)} came ${fate.deliveries} times`);
    }
  }

  #fate(sequenceNumber: string): Fate {
    const fate = this.#fates.get(sequenceNumber);
    if (fate === undefined) throw new Error(`${sequenceNumber} was never written`);
    return fate;
  }
}

const idOf = ({ shardId, sequence }: WrittenRecord): string => `${shardId}/${sequence}`;
const isDone = ({ passes, deliveries, givenUp }: Fate): boolean => !passes || deliveries > 0 || givenUp;
/** Sequence numbers grow from a shard to its children too. */
const isBefore = (a: Fate, b: Fate): boolean => a.sequence < b.sequence;
