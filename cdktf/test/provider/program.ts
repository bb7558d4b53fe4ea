/**
 * The stand-in as a process of its own: `node program.js <stack.tf.json> ...` learns which types to offer from the stacks,
 * prints the value for TF_REATTACH_PROVIDERS, and ends when its standard input does.
 */
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { folderOf, schemaOf, type Schema } from './schema.js';
import { serve } from './serve.js';
import { standIn } from './stand-in.js';

const ACCOUNT = '123456789012';

type Stack = Readonly<Partial<Record<'resource' | 'data', Readonly<Record<string, unknown>>>>>;

const library = dirname(createRequire(import.meta.url).resolve('@cdktf/provider-aws/lib/provider/index.js'));
const stacks = process.argv.slice(2).map((file) => JSON.parse(readFileSync(file, 'utf8')) as Stack);

/** A type that does not exist is left to Terraform, which says so in its own words. */
function schemas(kind: 'resource' | 'data'): Map<string, Schema> {
  const types = new Set(stacks.flatMap((stack) => Object.keys(stack[kind] ?? {})));
  const known = [...types].filter((type) => existsSync(join(dirname(library), folderOf(type, kind))));
  return new Map(known.map((type) => [type, schemaOf(dirname(library), folderOf(type, kind))]));
}

const provider = schemaOf(dirname(library), 'provider');
const answers = standIn({ provider, resources: schemas('resource'), data: schemas('data') }, ACCOUNT);
process.stdout.write(`${await serve(answers)}\n`);
process.stdin.resume().once('end', () => process.exit(0));
