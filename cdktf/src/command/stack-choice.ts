/** Which stack a command is about, from the words behind the stage. */
import { STAGES_FILE, type DeployConfig } from '../config/deploy-config.js';

/** Words that a command does not take; the message says which it would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The others are about all stacks of the stage, or about the one that all stages share. */
const OF_ONE_STACK = ['diff', 'deploy', 'destroy'];

/**
 * @param words behind the stage
 * @returns the stack's name
 * @throws UsageError
 */
export function stackOf(
  command: string,
  words: readonly string[],
  settings: { readonly config: DeployConfig; readonly file: string; readonly isOwn: boolean },
): string {
  const [stack = 'service', ...others] = words;
  const [tooMany] = OF_ONE_STACK.includes(command) ? others : words;
  if (tooMany !== undefined) {
    const takes = OF_ONE_STACK.includes(command) ? 'a stage and a stack' : 'a stage and nothing else';
    throw new UsageError(`${command} takes ${takes}; "${tooMany}" is one word too many.`);
  }
  if (command === 'bootstrap') return 'state';
  if (stack === 'pipeline') mustHavePipeline(settings);
  else if (stack !== 'service') {
    const { stage, pipeline } = settings.config;
    throw new UsageError(`Stage ${stage} has no stack ${stack}; choose service${pipeline ? ' or pipeline' : ''}.`);
  }
  return stack;
}

function mustHavePipeline({ config, file, isOwn }: Parameters<typeof stackOf>[2]): void {
  if (config.pipeline === undefined)
    throw new UsageError(`Stage ${config.stage} has no stack pipeline; set "pipeline" in ${file} first.`);
  // What it deploys is not what it would have been made for.
  if (isOwn)
    throw new UsageError(
      `The pipeline synthesizes what is in the repository, with the settings of ${STAGES_FILE}: put them there, and leave --settings out.`,
    );
}
