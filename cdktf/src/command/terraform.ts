/** Terraform, run in the folder of a synthesized stack, on this terminal. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';

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
  if (code !== 0) throw new TerraformError(`terraform ${args[0] ?? ''} ended with ${code ?? 'a signal'}.`);
}

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
