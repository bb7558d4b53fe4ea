/** What stands for a kept pipe while it cannot come back: what it delivers to is not there, or its source does not answer. */
import { type KeptBatch } from '../../../libs/pipes/src/dead-letter-store.js';
import { type MetricsOfMinute } from '../../../libs/pipes/src/metrics.js';
import { type PipeOptions } from '../../../libs/pipes/src/pipe-options.js';
import {
  PipeConflictError,
  PipeRedriveError,
  PipeStoppedError,
  type PipeAction,
  type PipeState,
} from '../../../libs/pipes/src/pipe-state.js';
import { type Pipe } from '../../../libs/pipes/src/pipe.js';
import { queueArn } from '../account.js';
import { type PipeDefinition } from './pipe-definition.js';

export class AbsentPipe implements Pipe {
  readonly arn: string;
  private current: PipeState;
  private reason: string | undefined;

  /** @param isDeleted its deletion was answered, and has not ended */
  constructor(
    readonly options: PipeOptions,
    isDeleted: boolean,
  ) {
    this.arn = `arn:aws:pipes:${options.region}:${options.account}:pipe/${options.name}`;
    this.current = isDeleted ? 'DELETING' : 'CREATING';
  }

  get state(): PipeState {
    return this.current;
  }

  get desiredState(): 'RUNNING' | 'STOPPED' | 'DELETED' {
    return this.current === 'DELETING' ? 'DELETED' : (this.options.desiredState ?? 'RUNNING');
  }

  get stateReason(): string | undefined {
    return this.reason;
  }

  /** @param isAbsent something that the pipe names is not there; else something does not answer */
  fail(reason: string, isAbsent: boolean): void {
    this.reason = reason;
    if (this.current !== 'DELETING') this.current = isAbsent ? 'CREATE_FAILED' : 'CREATING';
  }

  settled(): Promise<PipeState> {
    return Promise.resolve(this.current);
  }

  /** Whoever has put it here deletes it, once its source answers. */
  delete(): Promise<PipeState> {
    if (this.current === 'CREATING') this.refuse('delete');
    this.current = 'DELETING';
    return Promise.resolve(this.current);
  }

  start(): never {
    return this.refuse('start');
  }

  stop(): never {
    return this.refuse('stop');
  }

  update(): never {
    return this.refuse('update');
  }

  drained(): Promise<void> {
    return Promise.reject(new PipeStoppedError(`Pipe ${this.options.name} is ${this.current}`));
  }

  deadLetters(): Promise<readonly KeptBatch[]> {
    return Promise.resolve([]);
  }

  redrive(): Promise<never> {
    return Promise.reject(new PipeRedriveError(`Pipe ${this.options.name} is ${this.current}`));
  }

  metrics(): readonly MetricsOfMinute[] {
    return [];
  }

  wake(): void {
    // It reads nothing.
  }

  close(): Promise<void> {
    return Promise.resolve();
  }

  private refuse(action: PipeAction): never {
    throw new PipeConflictError(this.options.name, action, this.current, this.reason);
  }
}

/** A pipe that delivers nothing and can be made whatever is gone: enough to tell of it, and to delete it. */
export function withoutDestination(definition: PipeDefinition): PipeDefinition {
  const { Name, RoleArn, Source, SourceParameters } = definition;
  return { ...{ Name, RoleArn, Source, SourceParameters }, Target: queueArn('nowhere'), DesiredState: 'STOPPED' };
}
