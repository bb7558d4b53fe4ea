/** `npm run synth [-- <stage>]`: writes the stage's stacks as Terraform JSON below cdktf.out/<stage>. */
import { join } from 'node:path';
import { topology } from '../../libs/topology/src/topology.js';
import { resourcesIn } from '../../libs/topology/src/system.js';
import { makeApp } from './app.js';
import { refusedValues } from './check/refused-values.js';
import { DeployConfigError, readDeployConfig } from './config/deploy-config.js';
import { stages } from './config/stages.js';
import { packageFunctions } from './package/package-functions.js';

async function synthesize(stage: string): Promise<void> {
  const config = readDeployConfig(stage, stages);
  const outdir = join('cdktf.out', stage);
  const resources = resourcesIn(topology, stage);
  const codeOf = await packageFunctions({ resources, root: 'dist', bundles: 'dist/functions', outdir });
  makeApp({ topology, config, outdir, codeOf }).synth();
  process.stdout.write(`Written to ${join(outdir, 'stacks')}.\n`);
  const refused = refusedValues(outdir);
  if (refused.length === 0) return;
  process.stderr.write(`AWS would refuse:\n${refused.map((line) => `  - ${line}\n`).join('')}`);
  process.exitCode = 1;
}

try {
  await synthesize(process.argv[2] ?? 'dev');
} catch (error) {
  if (!(error instanceof DeployConfigError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
