/** The stacks of one stage of our own system, written as Terraform JSON. */
import { join } from 'node:path';
import { topology } from '../../libs/topology/src/topology.js';
import { resourcesIn } from '../../libs/topology/src/system.js';
import { makeApp, type AppOptions } from './app.js';
import { refusedValues } from './check/refused-values.js';
import { readDeployConfig, type DeployConfig } from './config/deploy-config.js';
import { moves } from './config/moves.js';
import { stages } from './config/stages.js';
import { checkNames } from './names-record.js';
import { packageFunctions } from './package/package-functions.js';
import { NotOnAwsError } from './stacks/aws-refusal.js';

export interface Synthesized {
  readonly config: DeployConfig;
  /** Holds `stacks/<stack>/cdk.tf.json`. */
  readonly outdir: string;
  readonly warnings: readonly string[];
}

/**
 * Needs no account, no network and no Terraform.
 * @throws DeployConfigError, NotOnAwsError, and Error when a function does not compile
 */
export async function synthesize(stage: string, state: AppOptions['state']): Promise<Synthesized> {
  const config = readDeployConfig(stage, stages);
  const outdir = join('cdktf.out', stage);
  const resources = resourcesIn(topology, stage);
  const codeOf = await packageFunctions({ resources, root: 'dist', bundles: 'dist/functions', outdir });
  makeApp({ topology, config, outdir, codeOf, moves, state }).synth();
  const refused = refusedValues(outdir);
  if (refused.length > 0) throw new NotOnAwsError(refused);
  return { config, outdir, warnings: checkNames(join('cdktf', 'stateful-names.json'), topology, moves) };
}
