/** What the registry knows of a pipe, and how it refuses. */
import { type PipeState } from '../../../libs/pipes/src/pipe-state.js';
import { type Pipe } from '../../../libs/pipes/src/pipe.js';
import { type PipeDefinition } from './pipe-definition.js';

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
