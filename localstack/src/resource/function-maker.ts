/** A declared function: its log group, and the wait until it has loaded. */
import { days } from '../../../libs/topology/src/duration.js';
import { type LambdaFunction } from '../../../libs/topology/src/model.js';
import { functionLogGroup } from '../function/function-pool.js';
import { type Maker } from './local-system.js';

export const makeFunction: Maker<LambdaFunction> = async (lambda, system) => {
  system.monitoring.logs.group(functionLogGroup(system.physicalName(lambda))).retentionDays =
    lambda.logRetention / days(1);
  await system.loaded(lambda);
  return 'started';
};
