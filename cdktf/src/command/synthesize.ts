/** The stacks of one stage of our own system, written as Terraform JSON. */
import { globSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { topology } from '../../../libs/topology/src/topology.js';
import { resourcesIn } from '../../../libs/topology/src/system.js';
import { makeApp, type AppOptions } from '../app.js';
import { refusedValues } from '../check/refused-values.js';
import { type DeployConfig } from '../config/deploy-config.js';
import { moves } from '../config/moves.js';
import { compareNames, readNames, recordNames } from '../names-record.js';
import { packageFunctions } from '../package/package-functions.js';
import { NotOnAwsError } from '../stacks/aws-refusal.js';

export interface SynthesizeOptions {
  readonly config: DeployConfig;
  /** Holds a folder for each stage. */
  readonly out: string;
  readonly state: NonNullable<AppOptions['state']>;
  readonly stateFolder: string;
  /** What all stages share and is there already. */
  readonly adopts: NonNullable<AppOptions['adopts']>;
  /** Whether the repository's record of names is brought up to date. */
  readonly records: boolean;
}

export interface Synthesized {
  readonly config: DeployConfig;
  /** Its name. */
  readonly system: string;
  /** Holds `stacks/<stack>/cdk.tf.json`. */
  readonly outdir: string;
  readonly warnings: readonly string[];
}

/**
 * Needs no account, no network and no Terraform.
 * @throws NotOnAwsError, and Error when a function does not compile
 */
export async function synthesize({ config, out, records, ...told }: SynthesizeOptions): Promise<Synthesized> {
  const outdir = join(out, config.stage);
  // A stack that the settings do not ask for any more is not to be deployed. What Terraform has fetched stays beside it.
  for (const stale of globSync('stacks/*/cdk.tf.json', { cwd: outdir })) rmSync(join(outdir, stale));
  const resources = resourcesIn(topology, config.stage);
  const codeOf = await packageFunctions({ resources, root: 'dist', bundles: 'dist/functions', outdir });
  makeApp({ topology, config, outdir, codeOf, moves, ...told }).synth();
  const refused = refusedValues(outdir);
  if (refused.length > 0) throw new NotOnAwsError(refused);
  const record = join('cdktf', 'stateful-names.json');
  const names = compareNames(readNames(record), topology, moves);
  if (records) recordNames(record, names);
  return { config, system: topology.name, outdir, warnings: names.warnings };
}
