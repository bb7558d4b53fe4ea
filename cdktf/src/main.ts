/** `npm run synth [-- <stage>]`: writes the stage's stacks as Terraform JSON below cdktf.out/<stage>. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { topology } from '../../libs/topology/src/topology.js';
import { makeApp } from './app.js';
import { STAGES, type DeployStage } from './config/deploy-config.js';
import { stages } from './config/stages.js';

const stage = (process.argv[2] ?? 'dev') as DeployStage;
if (!STAGES.includes(stage)) {
  process.stderr.write(`Stage "${stage}" is none; choose one of ${STAGES.join(', ')}.\n`);
  process.exit(1);
}
const outdir = join('cdktf.out', stage);
mkdirSync(outdir, { recursive: true });
makeApp({ topology, config: { stage, ...stages[stage] }, outdir }).synth();
process.stdout.write(`Written to ${join(outdir, 'stacks')}.\n`);
