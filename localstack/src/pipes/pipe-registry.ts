/** The pipes of a local stack, declared ones and those made through the API, by name. */
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile } from '../../../libs/pipes/src/atomic-file.js';
import { type PipeChanges } from '../../../libs/pipes/src/pipe-changes.js';
import { type PipeOptions } from '../../../libs/pipes/src/pipe-options.js';
import { PipeValidationError } from '../../../libs/pipes/src/refusal.js';
import { type PipeState } from '../../../libs/pipes/src/pipe-state.js';
import { createPipe, type Pipe } from '../../../libs/pipes/src/pipe.js';
import { assertPipe } from '../../../libs/pipes/src/validation.js';
import { Turns } from '../turns.js';
import { createPipeSchema, parsed, updated, type PipeDefinition, type PipeUpdate } from './pipe-definition.js';

/** A pipe and what the API shows of it. */
export interface RegisteredPipe {
  readonly pipe: Pipe;
  readonly definition: PipeDefinition;
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  /** From the declaration, which is applied again at each start; the others are kept in the data folder. */
  readonly declared: boolean;
}

/** A pipe and the state that a change put it into: it may have come further since. */
export interface ChangedPipe extends RegisteredPipe {
  readonly stateThen: PipeState;
}

/** Worded as AWS words it: https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_CreatePipe.html#API_CreatePipe_Errors */
export class PipeExistsError extends Error {
  override readonly name = 'ConflictException';
}

export class PipeNotFoundError extends Error {
  override readonly name = 'NotFoundException';
}

/** The stream of a pipe does not answer. */
class SourceAwayError extends Error {}

/** What a file of the data folder holds. */
interface Kept {
  readonly definition: PipeDefinition;
  readonly tags: Record<string, string>;
  readonly createdAt: string;
  /** Its deletion was answered, and is gone on with where a stop came between. */
  readonly isDeleted?: true;
}

export class PipeRegistry {
  private readonly pipes = new Map<string, RegisteredPipe>();
  /** Of pipes that came back, or cannot. */
  private readonly settledFiles = new Set<string>();
  /** Changes of files wait for each other, since two at once would hurt each other's. */
  private readonly turns = new Turns(1);

  /**
   * @param folder where definitions made through the API are kept
   * @param optionsOf gives the runner's options of a definition, or throws PipeValidationError
   * @param assertReachable rejects with PipeValidationError when what the definition names is not there
   */
  constructor(
    private readonly folder: string,
    private readonly optionsOf: (definition: PipeDefinition) => PipeOptions,
    private readonly assertReachable: (definition: PipeDefinition) => Promise<void>,
  ) {}

  /** By name. */
  all(): RegisteredPipe[] {
    return [...this.pipes.values()].sort((a, b) => (a.definition.Name < b.definition.Name ? -1 : 1));
  }

  /** Something was written to a table: pipes that rest read at once. */
  wake(): void {
    for (const { pipe } of this.pipes.values()) pipe.wake();
  }

  /** @throws PipeNotFoundError */
  get(name: string): RegisteredPipe {
    const found = this.pipes.get(name);
    if (found === undefined) throw new PipeNotFoundError(`Pipe ${name} does not exist.`);
    return found;
  }

  /** @throws PipeNotFoundError */
  byArn(arn: string): RegisteredPipe {
    const found = this.all().find(({ pipe }) => pipe.arn === arn);
    if (found === undefined) throw new PipeNotFoundError(`Pipe ${arn} does not exist.`);
    return found;
  }

  /**
   * Adds a pipe that is CREATING.
   * @throws PipeValidationError, PipeExistsError
   */
  async create(definition: PipeDefinition, declared = false): Promise<ChangedPipe> {
    const { Name, Tags = {} } = definition;
    // What is declared is made before its pipe.
    if (!declared) await this.assertPossible(definition);
    if (this.pipes.has(Name)) throw new PipeExistsError(`Pipe ${Name} already exists.`);
    const now = new Date();
    const pipe = createPipe(this.optionsOf(definition));
    return this.put({ pipe, definition, tags: Tags, createdAt: now, modifiedAt: now, declared });
  }

  /** @throws PipeNotFoundError, PipeValidationError, PipeConflictError */
  async update(name: string, update: PipeUpdate): Promise<ChangedPipe> {
    await this.assertPossible(updated(this.get(name).definition, update));
    const registered = this.get(name);
    const definition = updated(registered.definition, update);
    void registered.pipe.update(changesOf(this.optionsOf(definition)));
    return this.put({ ...registered, definition, modifiedAt: new Date() });
  }

  /** @throws PipeNotFoundError, PipeConflictError */
  async setDesired(name: string, state: 'RUNNING' | 'STOPPED'): Promise<ChangedPipe> {
    const registered = this.get(name);
    void (state === 'RUNNING' ? registered.pipe.start() : registered.pipe.stop());
    const definition = { ...registered.definition, DesiredState: state };
    return this.put({ ...registered, definition, modifiedAt: new Date() });
  }

  /** The pipe is DELETING, whatever stops meanwhile, and gone some time later. @throws PipeNotFoundError, PipeConflictError */
  delete(name: string): Promise<ChangedPipe> {
    const registered = this.get(name);
    void registered.pipe.delete().then(async (state) => {
      if (state === 'DELETE_FAILED') return;
      this.pipes.delete(name);
      await this.turns.take(() => rm(this.fileOf(name), { force: true }));
    });
    return this.put(registered);
  }

  /** @throws PipeNotFoundError */
  async tag(arn: string, change: (tags: Record<string, string>) => Record<string, string>): Promise<void> {
    const registered = this.byArn(arn);
    await this.put({ ...registered, tags: change({ ...registered.tags }) });
  }

  /**
   * Brings back what was made through the API before the last stop.
   * @param onFailure told once of a pipe that cannot come back, its function gone perhaps; its file stays
   * @returns whether nothing is left to bring back; false when something did not answer and may be asked again
   */
  async restore(onFailure: (name: string, reason: string) => void): Promise<boolean> {
    await mkdir(this.folder, { recursive: true });
    let isWhole = true;
    for (const file of (await readdir(this.folder)).filter((name) => name.endsWith('.json'))) {
      if (this.settledFiles.has(file)) continue;
      try {
        const kept = JSON.parse(await readFile(join(this.folder, file), 'utf8')) as Kept;
        const definition = parsed(createPipeSchema, {
          ...kept.definition,
          ...(kept.isDeleted && { DesiredState: 'STOPPED' }),
        });
        if (!kept.isDeleted) await this.assertReachable(definition);
        if (this.pipes.has(definition.Name)) throw new PipeExistsError('the declaration has a pipe of this name');
        const pipe = createPipe(this.optionsOf(definition));
        if ((await pipe.settled()) === 'CREATE_FAILED' && !(pipe.stateReason ?? '').startsWith('Stream not found')) {
          await pipe.close();
          throw new SourceAwayError(pipe.stateReason);
        }
        const createdAt = new Date(kept.createdAt);
        this.pipes.set(definition.Name, {
          pipe,
          definition,
          tags: kept.tags,
          createdAt,
          modifiedAt: createdAt,
          declared: false,
        });
        if (kept.isDeleted) await this.delete(definition.Name);
        this.settledFiles.add(file);
      } catch (error) {
        const isFinal = [PipeValidationError, PipeExistsError, SyntaxError].some((kind) => error instanceof kind);
        if (isFinal) {
          this.settledFiles.add(file);
          onFailure(file, (error as Error).message);
        } else isWhole = false;
      }
    }
    return isWhole;
  }

  /** Ends a declared pipe without forgetting how far it has come: its stream is another one by now. */
  async drop(name: string): Promise<void> {
    const { pipe } = this.get(name);
    this.pipes.delete(name);
    await pipe.close();
  }

  /** Ends all work; a batch in flight ends first. */
  async close(): Promise<void> {
    await Promise.all([...this.pipes.values()].map(({ pipe }) => pipe.close()));
  }

  /** The rules first: they are the same wherever the pipe runs. */
  private async assertPossible(definition: PipeDefinition): Promise<void> {
    assertPipe(this.optionsOf(definition));
    await this.assertReachable(definition);
  }

  private async put(registered: RegisteredPipe): Promise<ChangedPipe> {
    const { definition, tags, createdAt, declared, pipe } = registered;
    const stateThen = pipe.state;
    this.pipes.set(definition.Name, registered);
    if (!declared) {
      const kept: Kept = {
        ...{ definition, tags, createdAt: createdAt.toISOString() },
        ...(pipe.desiredState === 'DELETED' && { isDeleted: true }),
      };
      await this.turns.take(async () => {
        await mkdir(this.folder, { recursive: true });
        await replaceFile(this.fileOf(definition.Name), JSON.stringify(kept, undefined, 2));
      });
    }
    return { ...registered, stateThen };
  }

  private fileOf(name: string): string {
    return join(this.folder, `${name}.json`);
  }
}

/** Everything of the options that may change. */
function changesOf(options: PipeOptions): PipeChanges {
  const { source, desiredState, filters, enrichment, enrichmentParameters, target, targetParameters } = options;
  const { client: _client, streamArn: _arn, startingPosition: _position, ...changeable } = source;
  const { logLevel, onLog, includeExecutionData } = options;
  return {
    filters,
    enrichment,
    enrichmentParameters,
    target,
    targetParameters,
    logLevel,
    onLog,
    includeExecutionData,
    source: changeable,
    ...(desiredState && { desiredState }),
  };
}
