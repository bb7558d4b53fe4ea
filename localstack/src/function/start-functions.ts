/** Brings all declared functions up side by side, before the rest of the stack: loading them takes the longest. */
import { join } from 'node:path';
import { bundle } from '../../../libs/bundler/src/bundle.js';
import { nameOf, type LambdaFunction } from '../../../libs/topology/src/model.js';
import { functionArn } from '../account.js';
import { type LocalFrame } from '../resource/local-system.js';
import { StartError } from '../start-error.js';
import { functionEnvironment } from './function-environment.js';
import { FunctionPool } from './function-pool.js';

export interface StartingFunction {
  readonly pool: FunctionPool;
  /** Resolves when its first instance has loaded the handler. @throws StartError */
  readonly loaded: Promise<void>;
}

/** By logical name. */
export const startFunctions = (
  lambdas: readonly LambdaFunction[],
  frame: LocalFrame,
): ReadonlyMap<string, StartingFunction> =>
  new Map(lambdas.map((lambda) => [lambda.name, startFunction(lambda, frame)]));

function startFunction(lambda: LambdaFunction, frame: LocalFrame): StartingFunction {
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
  const loaded = load();
  // Whoever makes the function's resource asks for the outcome, a moment after it may have failed.
  loaded.catch(() => undefined);
  return { pool, loaded };
}
