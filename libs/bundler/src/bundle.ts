/** Turns a function's entry into one file that Lambda and the local stack run as it is. */
import { build, stop, type BuildOptions, type BuildResult } from 'esbuild';
import { existsSync, mkdirSync, readFileSync, renameSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';

export interface BundleOptions {
  /** A file, or a folder with a `lambda` file in it or in its `src`. */
  entry: string;
  /** Where the bundle is written; a `.cjs` file. */
  outFile: string;
}

/** The files a bundle was made from, with what tells that one has changed. */
type Stamp = Record<string, string>;

const ENTRY_NAMES = ['lambda', 'index'].flatMap((name) =>
  ['.js', '.mjs', '.ts'].map((extension) => `${name}${extension}`),
);

/** Optional peers of NestJS that it loads only when they are asked for. */
const EXTERNAL = ['@nestjs/microservices', '@nestjs/websockets', 'class-validator', 'class-transformer', '@fastify/*'];

/**
 * Makes the bundle unless the one there is still that of its sources.
 * @returns whether it was made
 * @throws Error when the entry does not exist or does not compile
 */
export async function bundle({ entry, ...options }: BundleOptions): Promise<boolean> {
  const file = entryFile(entry);
  const outFile = resolve(options.outFile);
  const stampFile = `${outFile}.stamp.json`;
  if (isFresh(file, outFile, stampFile)) return false;
  mkdirSync(dirname(outFile), { recursive: true });
  // Others may be reading the bundle there is: the new one takes its place at once, its stamp after it.
  const draft = join(`${dirname(outFile)}.${process.pid}`, basename(outFile));
  const { metafile } = await compile({
    entryPoints: [file],
    outfile: draft,
    bundle: true,
    platform: 'node',
    target: 'node24',
    // CommonJS starts 30 ms sooner than ESM (docs/performance.md); packages written as ESM ask for import.meta.url.
    format: 'cjs',
    define: { 'import.meta.url': '__moduleUrl' },
    banner: { js: "const __moduleUrl = require('node:url').pathToFileURL(__filename).href;" },
    supported: { 'dynamic-import': false },
    minifyWhitespace: true,
    minifySyntax: true,
    external: EXTERNAL,
    sourcemap: 'linked',
    sourcesContent: false,
    metafile: true,
    logLevel: 'silent',
    absWorkingDir: dirname(file),
  });
  const inputs = Object.keys(metafile.inputs).map((input) => resolve(dirname(file), input.replace(/^[a-z-]+:/, '')));
  renameSync(`${draft}.map`, `${outFile}.map`);
  renameSync(draft, outFile);
  rmdirSync(dirname(draft));
  writeFileSync(stampFile, JSON.stringify({ [file]: 'entry', ...stampOf(inputs, dirname(outFile)) }));
  return true;
}

let compiling = 0;

/** esbuild's compiler stays, with all it holds, until it is told to go; the last build tells it. */
async function compile(options: BuildOptions & { metafile: true }): Promise<BuildResult<{ metafile: true }>> {
  compiling += 1;
  try {
    return await build(options);
  } finally {
    compiling -= 1;
    if (compiling === 0) await stop();
  }
}

/** The file that an entry means. */
function entryFile(entry: string): string {
  if (existsSync(entry) && statSync(entry).isFile()) return resolve(entry);
  const candidates = ['', 'src'].flatMap((folder) => ENTRY_NAMES.map((name) => join(entry, folder, name)));
  const found = candidates.find((candidate) => existsSync(candidate));
  if (found === undefined)
    throw new Error(`The entry ${entry} is no file and no folder with a lambda.js, lambda.mjs or lambda.ts.`);
  return resolve(found);
}

function isFresh(file: string, outFile: string, stampFile: string): boolean {
  if (!existsSync(outFile) || !existsSync(stampFile)) return false;
  const { [file]: entry, ...stamp } = JSON.parse(readFileSync(stampFile, 'utf8')) as Stamp;
  const folder = dirname(outFile);
  return entry === 'entry' && Object.entries(stamp).every(([path, mark]) => markNow(join(folder, path)) === mark);
}

const stampOf = (inputs: readonly string[], folder: string): Stamp =>
  Object.fromEntries(
    inputs.filter((input) => existsSync(input)).map((input) => [relative(folder, input), markOf(input)]),
  );

/**
 * Bundles that are asked for in one turn share most of their thousands of sources: one look at each serves all of them.
 * A later turn looks again, since sources change while a process lives.
 */
let looked: Map<string, string> | undefined;

function markNow(file: string): string {
  if (looked === undefined) {
    looked = new Map();
    setImmediate(() => (looked = undefined));
  }
  const mark = looked.get(file) ?? markOf(file);
  looked.set(file, mark);
  return mark;
}

function markOf(file: string): string {
  const found = statSync(file, { throwIfNoEntry: false });
  return found === undefined ? 'missing' : `${found.size} ${found.mtimeMs}`;
}
