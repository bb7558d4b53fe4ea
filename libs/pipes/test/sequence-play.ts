/** Plays a sequence of writes, failures, crashes, restarts, stops and starts to a pipe and holds it against the model. */
import { setImmediate } from 'node:timers/promises';
import { memoryCheckpoints, type CheckpointStore } from '../src/checkpoint.js';
import { type Clock } from '../src/clock.js';
import { lambdaTarget } from '../src/lambda-target.js';
import { type DeadLetterEnvelope } from '../src/dead-letter.js';
import { createPipe } from '../src/pipe.js';
import { type StreamEvent } from '../src/stream-event.js';
import { FUNCTION_ARN, QUEUE_ARN } from './pipe-fixture.js';
import { Life, NEVER } from './pipe-life.js';
import { PipeModel, type WrittenRecord } from './pipe-model.js';
import { FILTERED, type Behaviour, type ModelledStream, type Sequence, type Step } from './pipe-sequence.js';

/** Pauses of no length pass at once, all others only end by a ring or a stop. */
const instant: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    if (ms <= 0 || signal?.aborted) await setImmediate();
    else await new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve(), { once: true }));
  },
};

const LATE_TURNS = 40;

class Play {
  readonly #model: PipeModel;
  readonly #checkpoints = memoryCheckpoints();
  readonly #behaviours: Behaviour[] = [];
  #dieAtSave = false;
  /** What was found wrong while the pipe worked. */
  #wrong: Error | undefined;
  #life = new Life();

  constructor(
    private readonly sequence: Sequence,
    private readonly stream: ModelledStream,
  ) {
    this.#model = new PipeModel(sequence);
  }

  async run(): Promise<void> {
    await this.#live();
    for (const step of this.sequence.steps) {
      await this.#step(step);
      if (this.#life.dead) await this.#live();
      if (this.#wrong !== undefined) break;
    }
    this.#behaviours.length = 0;
    await this.#drain();
    if (this.#wrong === undefined) this.#check(() => this.#model.ended());
    await this.#unlessDead(this.#life.pipe.close());
    if (this.#wrong !== undefined) throw this.#wrong;
  }

  async #step(step: Step): Promise<void> {
    switch (step.do) {
      case 'write':
        for (let written = 0; written < step.count; written += 1) {
          // Told before it is there: a pipe may deliver it before the write is answered.
          const tell = (record: Omit<WrittenRecord, 'passes'>): void =>
            this.#model.written({ ...record, passes: step.key !== FILTERED });
          await this.stream.write(step.key, tell);
        }
        this.#life.pipe.wake();
        return;
      case 'behave':
        this.#behaviours.push(...step.next);
        return;
      case 'turns':
        for (let turn = 0; turn < step.count; turn += 1) await setImmediate();
        return;
      case 'split':
        this.stream.split();
        return;
      case 'drain':
        return this.#drain();
      case 'crash':
        this.#model.mayRepeat = true;
        return this.#life.die();
      case 'restart':
        this.#mayLeaveLanes();
        this.#life.stopping = true;
        await this.#unlessDead(this.#life.pipe.close());
        return this.#live();
      case 'stop':
        this.#mayLeaveLanes();
        if (this.#life.pipe.state !== 'RUNNING') return;
        this.#life.stopping = true;
        await this.#unlessDead(this.#life.pipe.stop());
        return;
      case 'start':
        if (this.#life.pipe.state !== 'STOPPED') return;
        this.#life.stopping = false;
        this.#model.restarted();
        await this.#unlessDead(this.#life.pipe.start());
    }
  }

  /** A stop ends lanes where they are: what one had delivered beyond another's next record comes again. */
  #mayLeaveLanes(): void {
    if (this.sequence.parallelizationFactor > 1) this.#model.mayRepeat = true;
  }

  /** Lives through crashes until everything is consumed. */
  async #drain(): Promise<void> {
    while (this.#wrong === undefined) {
      if (this.#life.dead) await this.#live();
      const { pipe } = this.#life;
      if (pipe.state === 'STOPPED') {
        this.#life.stopping = false;
        this.#model.restarted();
        await this.#unlessDead(pipe.start());
        continue;
      }
      await this.#unlessDead(pipe.drained());
      if (!this.#life.dead) return;
    }
  }

  /** What a dead process was asked for never comes. */
  async #unlessDead(work: Promise<unknown>): Promise<void> {
    await Promise.race([work, this.#life.died]);
  }

  async #live(): Promise<void> {
    const life = new Life();
    this.#life = life;
    this.#model.restarted();
    const { batchSize, maximumRetryAttempts, bisect, parallelizationFactor, deadLetters } = this.sequence;
    life.pipe = createPipe({
      name: 'modelled',
      source: {
        streamArn: this.stream.streamArn,
        client: this.stream.client,
        startingPosition: 'TRIM_HORIZON',
        batchSize,
        maximumRetryAttempts,
        parallelizationFactor,
        ...(bisect && { onPartialBatchItemFailure: 'AUTOMATIC_BISECT' }),
        ...(deadLetters && {
          deadLetter: {
            arn: QUEUE_ARN,
            send: (body) => {
              if (life.dead) return NEVER;
              this.#check(() => this.#model.givenUp(JSON.parse(body) as DeadLetterEnvelope));
              return Promise.resolve();
            },
          },
        }),
      },
      filters: [JSON.stringify({ dynamodb: { Keys: { PK: { S: [{ 'anything-but': FILTERED }] } } } })],
      target: lambdaTarget({ arn: FUNCTION_ARN, invoke: (payload) => this.#invoke(payload, life) }),
      checkpoints: this.#storeOf(life),
      backoff: { baseMs: 0, capMs: 0 },
      poll: { idleMs: 3_600_000 },
      clock: instant,
      onEvent: (event) => {
        if (event.type === 'discarded' && !life.dead) this.#check(() => this.#model.givenUp(event.envelope));
      },
    });
    await this.#unlessDead(life.pipe.settled());
  }

  async #invoke(payload: string, life: Life) {
    if (life.dead) return NEVER;
    const batch = JSON.parse(payload) as StreamEvent[];
    const behaviour = this.#behaviours.shift() ?? 'ok';
    const all = batch.map((_, position) => position);
    const called = (failed: readonly number[], counted: boolean): void =>
      this.#check(() => this.#model.called(batch, failed, { counted, stopping: life.stopping }));
    // A late failure leaves time for a stop to begin while the target works.
    for (let turn = 0; turn < (behaviour === 'fail-late' ? LATE_TURNS : 1); turn += 1) await setImmediate();
    if (life.dead) return NEVER;
    const answer = (value: unknown) => ({ statusCode: 200, payload: JSON.stringify(value) });
    switch (behaviour) {
      case 'ok':
        called([], false);
        return answer(null);
      case 'fail':
      case 'fail-late':
        called(all, true);
        return { statusCode: 200, functionError: 'Unhandled', payload: '{"errorMessage":"broken"}' };
      case 'throttle':
        called(all, false);
        return { statusCode: 429, payload: '' };
      case 'partial': {
        const failed = all.slice(Math.floor(batch.length / 2), Math.floor(batch.length / 2) + 1);
        called(failed, true);
        return answer({ batchItemFailures: failed.map((at) => ({ itemIdentifier: batch[at]?.eventID })) });
      }
      case 'crash-before':
      case 'crash-after':
        if (behaviour === 'crash-after') called([], false);
        this.#model.mayRepeat = true;
        life.die();
        return NEVER;
      case 'crash-at-save':
        called([], false);
        this.#dieAtSave = true;
        return answer(null);
    }
  }

  #storeOf(life: Life): CheckpointStore {
    return {
      ...this.#checkpoints,
      save: (storeKey, shards) => {
        if (life.dead) return NEVER;
        if (this.#dieAtSave) {
          this.#dieAtSave = false;
          this.#model.mayRepeat = true;
          life.die();
          return NEVER;
        }
        for (const [shardId, checkpoint] of Object.entries(shards)) {
          if ('finished' in checkpoint) this.#check(() => this.#model.saved(shardId, undefined));
          else if (checkpoint.sequenceNumber !== null) {
            const { sequenceNumber } = checkpoint;
            this.#check(() => this.#model.saved(shardId, sequenceNumber));
          }
        }
        return this.#checkpoints.save(storeKey, shards);
      },
    };
  }

  #check(look: () => void): void {
    try {
      look();
    } catch (error) {
      this.#wrong ??= error instanceof Error ? error : new Error(String(error));
      this.#life.die();
    }
  }
}

/** @throws what the model found wrong. */
export const play = (sequence: Sequence, stream: ModelledStream): Promise<void> => new Play(sequence, stream).run();
