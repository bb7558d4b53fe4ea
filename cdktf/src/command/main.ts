/**
 * `npm run synth`, `deploy`, `diff`, `destroy`, `deploy:bootstrap` and `deploy:policy`: each synthesizes first, so that
 * what Terraform sees is what the sources say.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { DeclarationError } from '../../../libs/topology/src/declaration-error.js';
import { DeployConfigError, mustBeDeployable } from '../config/deploy-config.js';
import { NotOnAwsError } from '../stacks/aws-refusal.js';
import { LostNamesError } from '../stacks/stateful-names.js';
import { readSettings } from './read-settings.js';
import { adoptionOf, stackOf, UsageError, warningOfPipeline } from './stack-choice.js';
import { type Synthesized } from './synthesize.js';
import { terraform, TerraformError } from './terraform.js';
import { writePolicies } from './write-policies.js';

const USAGE = `Usage: npm run <command> -- <stage> [stack] [options]

  synth             writes the stage's stacks to cdktf.out/<stage>; the stage is dev unless told
  diff              says what a deploy would change
  deploy            makes it so, once you have said yes
  destroy           deletes a stack, once you have said yes
  deploy:bootstrap  makes the bucket of Terraform's state, once for an account and region
  deploy:policy     writes the IAM policies that a deploy needs

  stack             of diff, deploy and destroy: service unless told, or pipeline
  --yes             asks nothing
  --strict          fails where it would warn
  --local-state     keeps Terraform's state in .terraform-state instead of the bucket
  --adopt [WHAT]    has deploy:bootstrap take over what is there: bucket, log-role, boundary, or all unless told
  --settings FILE   takes the stages from a JSON file instead of cdktf/src/config/stages.ts
  --out FOLDER      writes to a folder of this one instead of cdktf.out, local states too
`;

interface Task extends Synthesized {
  /** That the settings are from. */
  readonly file: string;
  /** Of the stack. */
  readonly folder: string;
  readonly yes: boolean;
}

const REACHING_AWS = ['diff', 'deploy', 'destroy', 'bootstrap'];

const COMMANDS: Readonly<Record<string, (task: Task) => Promise<void> | void>> = {
  synth: ({ outdir, config, file }) => {
    const without = config.pipeline ? '' : ` No pipeline: ${file} has none for this stage.`;
    say(`Written to ${join(outdir, 'stacks')}, for stage ${config.stage}.${without}`);
  },
  diff: (task) => onAws(task, ['plan']),
  deploy: (task) => onAws(task, ['apply', ...(task.yes ? ['-auto-approve'] : [])]),
  destroy: (task) => onAws(task, ['destroy', ...(task.yes ? ['-auto-approve'] : [])]),
  bootstrap: (task) => onAws(task, ['apply', ...(task.yes ? ['-auto-approve'] : [])]),
  policy: ({ config, outdir, system }) => {
    for (const file of writePolicies(config, outdir, system)) say(file);
  },
};

async function main(): Promise<void> {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      help: { type: 'boolean', short: 'h' },
      yes: { type: 'boolean' },
      strict: { type: 'boolean' },
      'local-state': { type: 'boolean' },
      adopt: { type: 'boolean' },
      settings: { type: 'string' },
      out: { type: 'string' },
    },
  });
  const [name = '', stage = name === 'synth' ? 'dev' : undefined, ...words] = positionals;
  const command = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (values.help || command === undefined || stage === undefined) return usage(values.help === true);
  const state = values['local-state'] ? 'local' : 'bucket';
  const { out = 'cdktf.out', settings } = values;
  const read = readSettings(stage, settings);
  const { config, file } = read;
  const { adopts, others } = adoptionOf(name, values.adopt === true, words);
  const stack = stackOf(name, others, read);
  // Before anything is built for it.
  if (REACHING_AWS.includes(name)) mustBeDeployable(read);
  // What is synthesized may be deleted at any time, and so may the local stack's data; a state may not.
  const stateFolder = values.out === undefined ? '.terraform-state' : join(out, 'state');
  // Read only now: a mistake in the declaration is thrown by the file that declares.
  const { synthesize } = await import('./synthesize.js');
  // Only what stands for the repository is written into it.
  const records = name === 'synth' && values.out === undefined && settings === undefined;
  const written = await synthesize({ config, out, state, stateFolder, adopts, records });
  if (values.strict && written.warnings.length > 0) throw new LostNamesError(written.warnings);
  const ofPipeline = name === 'synth' ? warningOfPipeline(read) : undefined;
  for (const warning of [...written.warnings, ...(ofPipeline ? [ofPipeline] : [])])
    process.stderr.write(`Warning: ${warning}\n`);
  const folder = join(written.outdir, 'stacks', stack);
  await command({ ...written, file, folder, yes: values.yes === true });
}

function usage(asked: boolean): void {
  (asked ? process.stdout : process.stderr).write(USAGE);
  if (!asked) process.exitCode = 1;
}

async function onAws({ folder }: Task, args: readonly string[]): Promise<void> {
  await terraform(folder, ['init', '-input=false', '-reconfigure']);
  await terraform(folder, args);
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** Those whose message says all there is to be said. */
const TOLD = [DeclarationError, DeployConfigError, LostNamesError, NotOnAwsError, TerraformError, UsageError];

const isOfArguments = (error: unknown): error is TypeError =>
  error instanceof TypeError && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS');

try {
  await main();
} catch (error) {
  if (!isOfArguments(error) && !TOLD.some((kind) => error instanceof kind)) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 1;
}
