/** Terraform, run in the folder of a synthesized stack, on this terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** Terraform is not here, or what it did failed; it has said so itself. */
export class TerraformError extends Error {
  override readonly name = 'TerraformError';
}

/**
 * Runs one command to its end.
 * @throws TerraformError
 */
export async function terraform(folder: string, args: readonly string[]): Promise<void> {
  const child = spawn('terraform', [`-chdir=${folder}`, ...args], {
    stdio: 'inherit',
    env: { ...process.env, CHECKPOINT_DISABLE: '1', TF_IN_AUTOMATION: '1' },
  });
  const [code] = await ended(child);
  if (code !== 0)
    throw new TerraformError(
      `terraform ${args[0] ?? ''} ended with ${code ?? 'a signal'}.${withoutCredentials(args[0])}`,
    );
}

/** What gives credentials without a file: https://docs.aws.amazon.com/sdkref/latest/guide/standardized-credentials.html */
export const CREDENTIALS: readonly string[] = [
  ...['AWS_ACCESS_KEY_ID', 'AWS_PROFILE', 'AWS_WEB_IDENTITY_TOKEN_FILE', 'AWS_CONTAINER_CREDENTIALS_FULL_URI'],
  ...['AWS_CONTAINER_CREDENTIALS_RELATIVE_URI', 'AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE'],
];

/** A line on where they come from, where there seem to be none; only a machine of AWS's own has them from elsewhere. */
const withoutCredentials = (command = ''): string =>
  !ASKING.includes(command) || CREDENTIALS.some((name) => process.env[name]) || existsSync(join(homedir(), '.aws'))
    ? ''
    : '\nIf it found no credentials: this shell names none of AWS. Set AWS_PROFILE after `aws configure` or `aws sso login`, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.';

/** Commands that may end for the lack of them. */
const ASKING = ['init', 'plan', 'apply'];

async function ended(child: ReturnType<typeof spawn>): Promise<[number | null]> {
  try {
    return (await once(child, 'exit')) as [number | null];
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    throw new TerraformError(
      'Terraform is not on PATH; install 1.11 or later: https://developer.hashicorp.com/terraform/install',
    );
  }
}
