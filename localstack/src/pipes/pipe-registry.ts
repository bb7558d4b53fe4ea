/** The pipes of a local stack, declared ones and those made through the API, by name. */
import { type PipeChanges } from '../../../libs/pipes/src/pipe-changes.js';
import { type PipeOptions } from '../../../libs/pipes/src/pipe-options.js';
import { type PipeState } from '../../../libs/pipes/src/pipe-state.js';
import { createPipe } from '../../../libs/pipes/src/pipe.js';
import { assertPipe } from '../../../libs/pipes/src/validation.js';
import { AbsentPipe } from './absent-pipe.js';
import { KeptPipes } from './kept-pipes.js';
import { PipeComeback, type OnRestoreFailure } from './pipe-comeback.js';
import { PipeExistsError, PipeNotFoundError, type ChangedPipe, type RegisteredPipe } from './registered-pipe.js';
import { updated, type PipeDefinition, type PipeUpdate } from './pipe-definition.js';

export interface PipeRegistryOptions {
  /** Where definitions made through the API are kept. */
  readonly folder: string;
  /** Gives the runner's options of a definition, or throws PipeValidationError. */
  readonly optionsOf: (definition: PipeDefinition) => PipeOptions;
  /** Rejects with PipeValidationError when what the definition names is not there. */
  readonly assertReachable: (definition: PipeDefinition) => Promise<void>;
  /** Rejects when the folder is another runner's by now. */
  readonly assertMayWrite?: () => Promise<void>;
  /** Pause between two tries to bring back a pipe; milliseconds, 2 s by default. */
  readonly retryMs?: number;
}

export class PipeRegistry {
  private readonly pipes = new Map<string, RegisteredPipe>();
  private readonly kept: KeptPipes;
  private readonly comeback: PipeComeback;

  constructor(private readonly options: PipeRegistryOptions) {
    this.kept = new KeptPipes(options.folder, options.assertMayWrite ?? (() => Promise.resolve()));
    this.comeback = new PipeComeback({
      ...options,
      pipes: this.pipes,
      kept: this.kept,
      finishDeletion: (name) => this.delete(name),
    });
  }

  /** Whether every pipe that is kept has its name here; before that nobody can tell which pipes there are. */
  get isRestored(): boolean {
    return this.comeback.hasBegun;
  }

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
    const pipe = createPipe(this.options.optionsOf(definition));
    return this.put({ pipe, definition, tags: Tags, createdAt: now, modifiedAt: now, declared });
  }

  /** @throws PipeNotFoundError, PipeValidationError, PipeConflictError */
  async update(name: string, update: PipeUpdate): Promise<ChangedPipe> {
    await this.assertPossible(updated(this.get(name).definition, update));
    const registered = this.get(name);
    const definition = updated(registered.definition, update);
    void registered.pipe.update(changesOf(this.options.optionsOf(definition)));
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
    const deleting = registered.pipe.delete();
    const changed = this.put(registered);
    // One that has not come back is deleted where it would.
    if (!(registered.pipe instanceof AbsentPipe)) void deleting.then((state) => this.forget(name, state));
    return changed;
  }

  /** @throws PipeNotFoundError */
  async tag(arn: string, change: (tags: Record<string, string>) => Record<string, string>): Promise<void> {
    const registered = this.byArn(arn);
    await this.put({ ...registered, tags: change({ ...registered.tags }) });
  }

  /**
   * Brings back what was made through the API before the last stop. What cannot come back, its queue gone perhaps, keeps
   * its name and is tried again until it can.
   * @returns whether everything answered; false when something did not and may be asked again
   */
  restore(onFailure: OnRestoreFailure): Promise<boolean> {
    return this.comeback.bringAllBack(onFailure);
  }

  /** Ends a declared pipe without forgetting how far it has come: its stream is another one by now. */
  async drop(name: string): Promise<void> {
    const { pipe } = this.get(name);
    this.pipes.delete(name);
    await pipe.close();
  }

  /** Ends all work; a batch in flight ends first. */
  async close(): Promise<void> {
    await this.comeback.stop();
    await Promise.all([...this.pipes.values()].map(({ pipe }) => pipe.close()));
  }

  /** The rules first: they are the same wherever the pipe runs. */
  private async assertPossible(definition: PipeDefinition): Promise<void> {
    assertPipe(this.options.optionsOf(definition));
    await this.options.assertReachable(definition);
  }

  private async put(registered: RegisteredPipe): Promise<ChangedPipe> {
    const { definition, tags, createdAt, declared, pipe } = registered;
    const stateThen = pipe.state;
    this.pipes.set(definition.Name, registered);
    if (!declared)
      await this.kept.write({
        ...{ definition, tags, createdAt: createdAt.toISOString() },
        ...(pipe.desiredState === 'DELETED' && { isDeleted: true }),
      });
    return { ...registered, stateThen };
  }

  private async forget(name: string, state: PipeState): Promise<void> {
    if (state === 'DELETE_FAILED') return;
    // Where the file stays it tells of the deletion, and whoever reads it next goes on with that.
    await this.kept.remove(name).catch(() => undefined);
    this.pipes.delete(name);
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
