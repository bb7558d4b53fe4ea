/** The IAM policies of whoever deploys a stage, as files to be attached to a role. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { serviceRights, typesIn } from '../app.js';
import { type DeployConfig } from '../config/deploy-config.js';
import { documentOf } from '../rights/deploy-rights.js';

/**
 * Made from the resources of the synthesized service stack.
 * @param system its name
 * @returns the files: `plan-1.json` and so on for a diff, `apply-1.json` and so on for a deploy or destroy
 */
export function writePolicies(config: DeployConfig, outdir: string, system: string): string[] {
  const rights = serviceRights(typesIn(join(outdir, 'stacks', 'service', 'cdk.tf.json')), system, config);
  const folder = join(outdir, 'policies');
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const purposes = [
    ['plan', rights.plan],
    ['apply', rights.apply],
  ] as const;
  return purposes.flatMap(([purpose, policies]) =>
    policies.map((statements, index) => {
      const file = join(folder, `${purpose}-${index + 1}.json`);
      writeFileSync(file, documentOf(statements));
      return file;
    }),
  );
}
