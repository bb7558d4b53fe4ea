/** A declared function as a pool of local instances of its bundle. */
import { join } from 'node:path';
import { bundle } from '../../../libs/bundler/src/bundle.js';
import { days } from '../../../libs/topology/src/duration.js';
import { nameOf, type LambdaFunction } from '../../../libs/topology/src/model.js';
import { functionArn } from '../account.js';
import { functionEnvironment } from '../function/function-environment.js';
import { functionLogGroup, FunctionPool } from '../function/function-pool.js';
import { StartError } from '../start-error.js';
import { type Maker } from './local-system.js';

export const makeFunction: Maker<LambdaFunction> = async (lambda, system) => {
  const name = system.physicalName(lambda);
  const file = join(system.bundles, lambda.name, 'index.cjs');
  const pool = new FunctionPool({
    name,
    arn: functionArn(name),
    file,
    environment: functionEnvironment(lambda, system),
    memoryMb: lambda.memory,
    timeoutSeconds: lambda.timeout,
    maxInstances: system.maxInstances,
    journal: system.journal,
    adopt: system.adopt,
  });
  system.functions.set(lambda.name, pool);
  system.monitoring.logs.group(functionLogGroup(name)).retentionDays = lambda.logRetention / days(1);
  try {
    await bundle({ entry: join(system.root, lambda.entry), outFile: file });
    await pool.start();
  } catch (error) {
    throw new StartError(`${nameOf(lambda)} does not start. ${(error as Error).message}`);
  }
  return 'started';
};
