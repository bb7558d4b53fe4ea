/** The stacks of one stage of our own system, written as Terraform JSON. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { topology } from '../../../libs/topology/src/topology.js';
import { resourcesIn } from '../../../libs/topology/src/system.js';
import { makeApp, type AppOptions } from '../app.js';
import { refusedValues } from '../check/refused-values.js';
import { DeployConfigError, readDeployConfig, type DeployConfig } from '../config/deploy-config.js';
import { moves } from '../config/moves.js';
import { stages } from '../config/stages.js';
import { checkNames } from '../names-record.js';
import { packageFunctions } from '../package/package-functions.js';
import { NotOnAwsError } from '../stacks/aws-refusal.js';

export interface SynthesizeOptions {
  readonly stage: string;
  /** A JSON file of stages that stands for config/stages.ts. */
  readonly settings: string | undefined;
  /** Holds a folder for each stage. */
  readonly out: string;
  readonly state: NonNullable<AppOptions['state']>;
  readonly stateFolder: string;
  /** Whether what all stages share is there already. */
  readonly adopts: boolean;
}

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
export async function synthesize({ stage, settings, out, ...told }: SynthesizeOptions): Promise<Synthesized> {
  const config = readDeployConfig(stage, settings === undefined ? stages : readStages(stage, settings));
  const outdir = join(out, stage);
  const resources = resourcesIn(topology, stage);
  const codeOf = await packageFunctions({ resources, root: 'dist', bundles: 'dist/functions', outdir });
  makeApp({ topology, config, outdir, codeOf, moves, ...told }).synth();
  const refused = refusedValues(outdir);
  if (refused.length > 0) throw new NotOnAwsError(refused);
  return { config, outdir, warnings: checkNames(join('cdktf', 'stateful-names.json'), topology, moves) };
}

function readStages(stage: string, file: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null) return parsed as Record<string, unknown>;
    throw new Error('it holds no object');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DeployConfigError(stage, [
      `settings ${file} cannot be read (${why}); give a JSON file such as {"dev": {"region": "us-east-1", "account": "..."}}`,
    ]);
  }
}
