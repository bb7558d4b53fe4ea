/** Brings all declared functions up side by side, before the rest of the stack: loading them takes the longest. */
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { bundle } from '../../../libs/bundler/src/bundle.js';
import { nameOf, type LambdaFunction } from '../../../libs/topology/src/model.js';
import { functionArn } from '../account.js';
import { type LocalFrame } from '../resource/local-system.js';
import { StartError } from '../start-error.js';
import { functionEnvironment } from './function-environment.js';
import { FunctionPool } from './function-pool.js';
import { Turns } from '../turns.js';

export interface StartingFunction {
  readonly pool: FunctionPool;
  /** Resolves when its first instance has loaded the handler. @throws StartError */
  readonly loaded: Promise<void>;
}

export interface StartingFunctions {
  /** By logical name. */
  readonly byName: ReadonlyMap<string, StartingFunction>;
  /** Says that the stack itself needs its core no more: one function more loads at a time. */
  readonly hurry: () => void;
}

/** As many at a time as there are cores beside the one that loads the stack: more would only hold that up. */
export function startFunctions(lambdas: readonly LambdaFunction[], frame: LocalFrame): StartingFunctions {
  const turns = new Turns(Math.max(1, availableParallelism() - 1));
  const byName = new Map(lambdas.map((lambda) => [lambda.name, startFunction(lambda, frame, turns)]));
  return { byName, hurry: () => turns.give() };
}

function startFunction(lambda: LambdaFunction, frame: LocalFrame, turns: Turns): StartingFunction {
  const name = frame.physicalName(lambda);
  const file = join(frame.bundles, lambda.name, 'index.cjs');
  const pool = new FunctionPool({
    name,
    arn: functionArn(name),
    file,
    environment: functionEnvironment(lambda, frame),
    memoryMb: lambda.memory,
    timeoutSeconds: lambda.timeout,
    maxInstances: frame.maxInstances,
    journal: frame.journal,
    adopt: frame.adopt,
  });
  const load = async (): Promise<void> => {
    try {
      await bundle({ entry: join(frame.root, lambda.entry), outFile: file });
      await pool.start();
    } catch (error) {
      throw new StartError(`${nameOf(lambda)} does not start. ${(error as Error).message}`);
    }
  };
  const loaded = turns.take(load);
  // Whoever makes the function's resource asks for the outcome, a moment after it may have failed.
  loaded.catch(() => undefined);
  return { pool, loaded };
}
