/** What `npm run synth` says of the stacks it has written. */
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { checkValues, resourcesOf, told } from './check-values.js';

/**
 * Reads the stacks of an app's folder.
 * @returns a line for each value that AWS would refuse
 */
export const refusedValues = (outdir: string): string[] =>
  globSync(join(outdir, 'stacks', '*', 'cdk.tf.json')).flatMap((file) =>
    checkValues(resourcesOf(JSON.parse(readFileSync(file, 'utf8')) as { resource?: unknown; data?: unknown })).map(
      told,
    ),
  );
