/** Which stack a command is about, from the words behind the stage. */
import { STAGES_FILE, type Settings } from '../config/deploy-config.js';
import { ADOPTABLE, type Adoptable } from '../stacks/state-stack.js';

/** Words that a command does not take; the message says which it would. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The others are about all stacks of the stage, or about the one that all stages share. */
const OF_ONE_STACK = ['diff', 'deploy', 'destroy'];

/** What npm calls them, where that is something else. */
const NPM_NAMES: Readonly<Record<string, string>> = { bootstrap: 'deploy:bootstrap', policy: 'deploy:policy' };

/**
 * @param words behind the stage
 * @returns the stack's name
 * @throws UsageError
 */
export function stackOf(command: string, words: readonly string[], settings: Settings): string {
  const [stack = 'service', ...others] = words;
  const [tooMany] = OF_ONE_STACK.includes(command) ? others : words;
  if (tooMany !== undefined) {
    const takes = OF_ONE_STACK.includes(command) ? 'a stage and a stack' : 'a stage and nothing else';
    throw new UsageError(`${NPM_NAMES[command] ?? command} takes ${takes}; "${tooMany}" is one word too many.`);
  }
  if (command === 'bootstrap') return 'state';
  const { stage, pipeline } = settings.config;
  if (stack === 'state')
    throw new UsageError(
      `All stages share the stack state: npm run deploy:bootstrap -- ${stage} makes it, and nothing here deletes it.`,
    );
  if (stack !== 'service' && stack !== 'pipeline')
    throw new UsageError(`Stage ${stage} has no stack ${stack}; choose service${pipeline ? ' or pipeline' : ''}.`);
  if (stack === 'pipeline') mustHavePipeline(command, settings);
  return stack;
}

/**
 * What a bootstrap is to take over: all that is asked for, or what the words behind the stage name.
 * @returns also the words that say something else
 * @throws UsageError
 */
export function adoptionOf(
  command: string,
  asked: boolean,
  words: readonly string[],
): { adopts: readonly Adoptable[]; others: readonly string[] } {
  if (!asked) return { adopts: [], others: words };
  if (command !== 'bootstrap') throw new UsageError('Only deploy:bootstrap takes --adopt.');
  const unknown = words.find((word) => !ADOPTABLE.some((each) => each === word));
  if (unknown !== undefined)
    throw new UsageError(
      `--adopt takes over ${ADOPTABLE.join(', ')}, or all of them unless told; "${unknown}" is none.`,
    );
  const adopts = ADOPTABLE.filter((each) => words.length === 0 || words.includes(each));
  return { adopts, others: [] };
}

function mustHavePipeline(command: string, { config, file, isFromFile }: Settings): void {
  if (config.pipeline === undefined)
    throw new UsageError(`Stage ${config.stage} has no stack pipeline; set "pipeline" in ${file} first.`);
  // What it deploys is not what it would have been made for. To delete it, nothing of it need be right.
  if (isFromFile && command !== 'destroy')
    throw new UsageError(`${READS_THE_REPOSITORY}: put them there, and leave --settings out.`);
}

/** What a written pipeline would do otherwise than the settings that it was written from; undefined for nothing. */
export const warningOfPipeline = ({ config, file, isFromFile }: Settings): string | undefined =>
  isFromFile && config.pipeline !== undefined
    ? `${READS_THE_REPOSITORY}, not with those of ${file}: the stack pipeline is written to be read, and deploy refuses it.`
    : undefined;

const READS_THE_REPOSITORY = `The pipeline synthesizes what is in the repository, with the settings of ${STAGES_FILE}`;
