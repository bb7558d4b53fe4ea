/** `npm run synth [-- <stage>] [--local-state]`: the stage's stacks as Terraform JSON below cdktf.out/<stage>. */
import { parseArgs } from 'node:util';
import { DeployConfigError } from './config/deploy-config.js';
import { NotOnAwsError } from './stacks/aws-refusal.js';
import { synthesize } from './synthesize.js';

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: { 'local-state': { type: 'boolean' } },
  });
  const [, stage = 'dev'] = positionals;
  const { outdir, warnings } = await synthesize(stage, values['local-state'] ? 'local' : 'bucket');
  for (const warning of warnings) process.stderr.write(`Warning: ${warning}\n`);
  process.stdout.write(`Written to ${outdir}/stacks.\n`);
}

try {
  await main();
} catch (error) {
  if (!(error instanceof DeployConfigError || error instanceof NotOnAwsError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
