/** Every function of a system, bundled and zipped. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundle } from '../../../libs/bundler/src/bundle.js';
import { nameOf, type LambdaFunction, type Resource } from '../../../libs/topology/src/model.js';
import { type FunctionPackage } from '../constructs/function.js';
import { hashOf, zipOf } from './function-zip.js';

export interface PackageOptions {
  readonly resources: readonly Resource[];
  /** Where entries are looked up. */
  readonly root: string;
  /** Where bundles are kept. */
  readonly bundles: string;
  /** Of the app; zips are written to its folder `functions`. */
  readonly outdir: string;
}

/** The folder of the zips as a stack's Terraform sees it, from `stacks/<stack>`. */
const FROM_STACK = '../../functions';

/**
 * Writes the zips.
 * @returns gives each function's
 * @throws Error when an entry does not exist or does not compile
 */
export async function packageFunctions(options: PackageOptions): Promise<(lambda: LambdaFunction) => FunctionPackage> {
  const folder = join(options.outdir, 'functions');
  mkdirSync(folder, { recursive: true });
  const functions = options.resources.filter((resource) => resource.kind === 'function');
  const packaged = await Promise.all(
    functions.map(async (lambda): Promise<[string, FunctionPackage]> => {
      const outFile = join(options.bundles, lambda.name, 'index.cjs');
      await bundle({ entry: join(options.root, lambda.entry), outFile });
      const zip = zippedBundle(outFile);
      writeFileSync(join(folder, `${lambda.name}.zip`), zip);
      return [lambda.name, packageOf(lambda, hashOf(zip))];
    }),
  );
  const found = new Map(packaged);
  return (lambda) => {
    const code = found.get(lambda.name);
    if (code === undefined) throw new Error(`${nameOf(lambda)} is not packaged`);
    return code;
  };
}

/** A bundle's zip, which is kept beside it with the hash of what it was made from: to make all anew takes a second. */
function zippedBundle(bundled: string): Uint8Array {
  const file = bundled.replace(/\.cjs$/, '.zip');
  const stamp = `${file}.stamp`;
  const code = readFileSync(bundled);
  const hash = hashOf(code);
  if (existsSync(file) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return readFileSync(file);
  rmSync(stamp, { force: true });
  const zip = zipOf({ 'index.js': code });
  // Others may be reading the zip there is; and no half of one is ever to count as whole.
  writeFileSync(`${file}.${process.pid}`, zip);
  renameSync(`${file}.${process.pid}`, file);
  writeFileSync(stamp, hash);
  return zip;
}

/** Where a function's zip is for Terraform, with the hash of its bytes. */
export const packageOf = ({ name }: LambdaFunction, hash: string): FunctionPackage => ({
  path: `${FROM_STACK}/${name}.zip`,
  hash,
});
