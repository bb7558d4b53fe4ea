/** `npm start`: the declared system on this machine until Ctrl-C, with what flows through it on the terminal. */
import { parseArgs } from 'node:util';
import { DeclarationError } from '../../libs/topology/src/declaration-error.js';
import { banner } from './banner.js';
import { startLocalStack, type LocalStack } from './local-stack.js';
import { NotEmulatedError } from './not-emulated.js';
import { readSettings, SETTINGS } from './cli-settings.js';
import { StartError } from './start-error.js';
import { line } from './terminal.js';
import { tryOut } from './try-out.js';

const HELP = `Usage: npm start -- [--fresh] [--quiet]

  --fresh  empties the data folder first
  --quiet  prints no line for what passes

Variables: ${SETTINGS.join(', ')} (see .env.example)
`;

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What a person can mend is told in words, the rest with its stack. */
function fail(error: unknown): never {
  const { message, stack = String(error) } = error as Error;
  const expected = [StartError, NotEmulatedError, DeclarationError].some((kind) => error instanceof kind);
  process.stderr.write(`${expected ? message : stack}\n`);
  process.exit(1);
}

/**
 * Ends the stack on the first signal; a signal during the start, or a second one, ends the program at once. Whatever way
 * the program ends, its children end with it.
 */
function stopOnSignals(running: { stack?: LocalStack }): void {
  let stopping = false;
  const stop = (): void => {
    const { stack } = running;
    if (stopping || stack === undefined) process.exit(1);
    stopping = true;
    say('\nStopping...');
    stack.stop().then(() => process.exit(0), fail);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, stop);
}

/** @throws StartError with the usage when an option is unknown */
function readOptions(): { fresh?: boolean; quiet?: boolean; help?: boolean } {
  try {
    return parseArgs({
      options: { fresh: { type: 'boolean' }, quiet: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
    }).values;
  } catch (error) {
    throw new StartError(`${(error as Error).message}\n\n${HELP}`);
  }
}

async function main(): Promise<void> {
  const values = readOptions();
  if (values.help === true) return say(HELP);
  const settings = readSettings(process.env);
  // The shell may know a real account: nothing in this process must find it.
  for (const name of Object.keys(process.env)) if (name.startsWith('AWS_')) delete process.env[name];
  Object.assign(process.env, { AWS_CONFIG_FILE: '/dev/null', AWS_SHARED_CREDENTIALS_FILE: '/dev/null' });
  const started = performance.now();
  const running: { stack?: LocalStack } = {};
  stopOnSignals(running);
  const { topology, aliases } = await import('../../libs/topology/src/topology.js');
  const stack = await startLocalStack({
    topology,
    ...settings,
    root: 'dist',
    bundles: 'dist/functions',
    fresh: values.fresh ?? false,
    aliases,
    onProgress: (step) => say(`  ${step}`),
  });
  running.stack = stack;
  const startMs = performance.now() - started;
  const { authMode } = settings.settings;
  say(
    banner({
      stack,
      authMode,
      backoffCapMs: settings.backoffCapMs,
      startMs,
      tryOut: tryOut(stack.apiUrl ?? '', authMode),
    }),
  );
  if (values.quiet !== true)
    stack.journal.subscribe((entry) => {
      const text = line(entry);
      if (text !== undefined) say(text);
    });
  const reason = await stack.broken;
  process.stderr.write(`The stack cannot go on: ${reason}.\n`);
  await stack.stop();
  process.exit(1);
}

main().catch(fail);
