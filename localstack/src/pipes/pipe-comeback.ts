/** Brings back the pipes that were kept over a stop: each keeps its name from the first look on, and is tried until it can. */
import { setTimeout as delay } from 'node:timers/promises';
import { type PipeOptions } from '../../../libs/pipes/src/pipe-options.js';
import { PipeValidationError } from '../../../libs/pipes/src/refusal.js';
import { createPipe, type Pipe } from '../../../libs/pipes/src/pipe.js';
import { Turns } from '../turns.js';
import { AbsentPipe, withoutDestination } from './absent-pipe.js';
import { type KeptPipes } from './kept-pipes.js';
import { type PipeDefinition } from './pipe-definition.js';
import { type RegisteredPipe } from './registered-pipe.js';

/** Told of a pipe that cannot come back, once for each reason. */
export type OnRestoreFailure = (name: string, reason: string) => void;

export interface PipeComebackOptions {
  /** Those of the registry, by name. */
  readonly pipes: Map<string, RegisteredPipe>;
  readonly kept: KeptPipes;
  readonly optionsOf: (definition: PipeDefinition) => PipeOptions;
  readonly assertReachable: (definition: PipeDefinition) => Promise<void>;
  /** Goes on with a deletion that a stop came between. */
  readonly finishDeletion: (name: string) => Promise<unknown>;
  /** Pause between two tries; milliseconds, 2 s by default. */
  readonly retryMs?: number;
}

const RETRY_MS = 2_000;

/** Nobody can tell yet whether the pipe can come back. */
class UndecidedError extends Error {}

export class PipeComeback {
  /** Whether each kept pipe has its name. */
  hasBegun = false;
  /** One after the other. */
  private readonly turns = new Turns(1);
  private readonly closing = new AbortController();
  /** Of the pipe that is coming back, and not yet among the others. */
  private coming: Pipe | undefined;
  /** Why pipes cannot come back, by name. */
  private readonly told = new Map<string, string>();

  constructor(private readonly options: PipeComebackOptions) {}

  /** @returns whether everything answered; false when something did not and may be asked again */
  async bringAllBack(onFailure: OnRestoreFailure): Promise<boolean> {
    let isWhole = true;
    for (const name of await this.options.kept.names()) isWhole = (await this.bringBack(name, onFailure)) && isWhole;
    if (!this.hasBegun) void this.keepTrying(onFailure);
    this.hasBegun = true;
    return isWhole;
  }

  /** Nothing comes back any more; resolves when what was on its way has ended. */
  async stop(): Promise<void> {
    this.closing.abort();
    await this.coming?.close();
    await this.turns.take(() => Promise.resolve());
  }

  private async keepTrying(onFailure: OnRestoreFailure): Promise<void> {
    const { signal } = this.closing;
    const { pipes, retryMs = RETRY_MS } = this.options;
    while (!signal.aborted) {
      // A stop ends the pause.
      await delay(retryMs, undefined, { ref: false, signal }).catch(() => undefined);
      for (const [name, { pipe }] of [...pipes]) if (pipe instanceof AbsentPipe) await this.bringBack(name, onFailure);
    }
  }

  /** False when something does not answer. Never rejects. */
  private bringBack(name: string, onFailure: OnRestoreFailure): Promise<boolean> {
    return this.turns.take(async () => {
      if (this.closing.signal.aborted) return false;
      let absent: AbsentPipe | undefined;
      try {
        absent = this.absent(name) ?? (await this.standIn(name, onFailure));
        if (absent !== undefined) await this.replace(name, absent);
        return true;
      } catch (error) {
        const { message } = error as Error;
        const isDecided = error instanceof PipeValidationError || error instanceof SyntaxError;
        absent?.fail(message, isDecided);
        if (isDecided || absent === undefined) this.tell(name, message, onFailure);
        return isDecided;
      }
    });
  }

  private absent(name: string): AbsentPipe | undefined {
    const pipe = this.options.pipes.get(name)?.pipe;
    return pipe instanceof AbsentPipe ? pipe : undefined;
  }

  /**
   * What stands for a kept pipe until it is back; undefined when there is nothing to bring back.
   * @throws SyntaxError, PipeValidationError for a file that holds no pipe
   */
  private async standIn(name: string, onFailure: OnRestoreFailure): Promise<AbsentPipe | undefined> {
    const { pipes, kept, optionsOf } = this.options;
    const found = await kept.read(name);
    const known = pipes.get(name);
    if (known?.declared === true) this.tell(name, 'the declaration has a pipe of this name', onFailure);
    if (found === undefined || known !== undefined) return undefined;
    const { definition, tags, isDeleted } = found;
    const pipe = new AbsentPipe(
      { ...optionsOf(withoutDestination(definition)), ...desiredOf(definition) },
      isDeleted === true,
    );
    const createdAt = new Date(found.createdAt);
    // From here on nobody else can take the name.
    pipes.set(name, { ...{ pipe, definition, tags, createdAt }, modifiedAt: createdAt, declared: false });
    return pipe;
  }

  /** @throws PipeValidationError for what is not there, UndecidedError when nobody can tell */
  private async replace(name: string, absent: AbsentPipe): Promise<void> {
    const { pipes, finishDeletion } = this.options;
    const registered = pipes.get(name);
    if (registered === undefined) return;
    const pipe = await this.revived(registered.definition, absent.state === 'DELETING');
    // Tags and the wish to delete it may have come meanwhile.
    pipes.set(name, { ...(pipes.get(name) ?? registered), pipe });
    if (absent.state === 'DELETING') await finishDeletion(name);
    this.told.delete(name);
  }

  private async revived(definition: PipeDefinition, isDeleted: boolean): Promise<Pipe> {
    const { optionsOf, assertReachable } = this.options;
    if (!isDeleted) await this.unlessClosing(assertReachable(definition));
    const pipe = createPipe(optionsOf(isDeleted ? withoutDestination(definition) : definition));
    this.coming = pipe;
    const state = await pipe.settled();
    this.coming = undefined;
    const isSettled = state !== 'CREATE_FAILED' || (pipe.stateReason ?? '').startsWith('Stream not found');
    if (isSettled && !this.closing.signal.aborted) return pipe;
    await pipe.close();
    throw new UndecidedError(pipe.stateReason);
  }

  /** @throws UndecidedError when the stack stops first */
  private unlessClosing<T>(work: Promise<T>): Promise<T> {
    const { signal } = this.closing;
    return new Promise((resolve, reject) => {
      const stop = (): void => reject(new UndecidedError('the stack stops'));
      if (signal.aborted) stop();
      signal.addEventListener('abort', stop, { once: true });
      work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
    });
  }

  private tell(name: string, reason: string, onFailure: OnRestoreFailure): void {
    if (this.told.get(name) !== reason) onFailure(name, reason);
    this.told.set(name, reason);
  }
}

const desiredOf = ({ DesiredState }: PipeDefinition): Pick<PipeOptions, 'desiredState'> =>
  DesiredState === undefined ? {} : { desiredState: DesiredState };
