/** The AWS command line (PyPI `awscli`) against a local stack, where it is installed. */
import { execFile, execFileSync } from 'node:child_process';
import { promisify } from 'node:util';
import { localAws } from '../../localstack/src/function/function-environment.js';

/** Why its tests are skipped; false where they are not. */
export const withoutCli: string | false = hasCli() ? false : 'there is no aws (pip install awscli)';

function hasCli(): boolean {
  try {
    execFileSync('aws', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    // Without the command line there is nothing to run.
    return false;
  }
}

/** Runs `aws <words>` and gives what it prints. */
export async function aws(endpoint: string, ...words: string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('aws', words, {
    env: { PATH: process.env.PATH, ...localAws(endpoint) },
  });
  return stdout;
}
