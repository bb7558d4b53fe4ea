/** The schema that Terraform asks a provider for, rebuilt from a generated module. */
import { readBinding, type Binding, type Cty, type Reading, type Setting, type Struct } from './binding.js';

export interface Attribute {
  readonly name: string;
  readonly type: Cty;
  readonly required: boolean;
  readonly optional: boolean;
  readonly computed: boolean;
}

export interface NestedBlock {
  readonly name: string;
  readonly nesting: 'SINGLE' | 'LIST' | 'SET';
  readonly minItems: number;
  /** 0 for any number. */
  readonly maxItems: number;
  readonly block: Block;
}

export interface Block {
  readonly attributes: readonly Attribute[];
  readonly blocks: readonly NestedBlock[];
}

export interface Schema {
  readonly type: string;
  readonly block: Block;
}

/**
 * Optional attributes that the provider fills in when they are left out, by name. A generated module does not tell them
 * from those that simply stay empty.
 */
const FILLED_IN = ['id', 'region', 'tags_all', 'name', 'arn', 'name_prefix', 'key_id', 'bucket', 'statement_id'];

/**
 * The schema of a module.
 * @param library the package's `lib` folder
 * @param folder below it
 * @throws Error when the module is not of the known form
 */
export function schemaOf(library: string, folder: string): Schema {
  const binding = readBinding(library, folder);
  const block = blockOf(binding, binding.top);
  // `alias` tells configurations of one provider apart; Terraform keeps it for itself.
  const attributes =
    binding.kind === 'Provider'
      ? block.attributes.filter(({ name }) => name !== 'alias').map((attribute) => ({ ...attribute, computed: false }))
      : block.attributes;
  return { type: binding.type, block: { ...block, attributes } };
}

/** `aws_sqs_queue` is in `sqs-queue`, the data source `aws_region` in `data-aws-region`. */
export const folderOf = (type: string, kind: 'resource' | 'data'): string =>
  (kind === 'data' ? `data-${type}` : type.replace(/^aws_/, '')).replaceAll('_', '-');

function blockOf(binding: Binding, { settings, readings }: Struct): Block {
  const set = new Set(settings.map(({ name }) => name));
  const computed = readings.filter(({ name }) => !set.has(name));
  return {
    attributes: [
      ...settings.flatMap((setting) => ('type' in setting.of ? [attributeOf(setting, setting.of.type)] : [])),
      ...computed.map((reading) => ({
        name: reading.name,
        type: typeOf(binding, reading),
        required: false,
        optional: false,
        computed: true,
      })),
    ],
    blocks: settings.flatMap((setting) =>
      'struct' in setting.of
        ? [
            nested(
              binding,
              setting,
              setting.of.struct,
              readings.find(({ name }) => name === setting.name),
            ),
          ]
        : [],
    ),
  };
}

const attributeOf = ({ name, required }: Setting, type: Cty): Attribute => ({
  name,
  type,
  required,
  optional: !required,
  computed: !required && FILLED_IN.includes(name),
});

function nested(binding: Binding, setting: Setting, name: string, reading: Reading | undefined): NestedBlock {
  const struct = binding.structs.get(name);
  if (!struct) throw new Error(`${binding.type}: block ${setting.name} is of the unknown struct ${name}`);
  const single = setting.holds === 'struct';
  const block = blockOf(binding, struct);
  // Terraform allows no values of any type in a set. (The real schema of a firewall's rules is spelled out, ten deep.)
  const set = setting.holds === 'set' && !block.attributes.some(({ type }) => type === 'dynamic');
  const one = reading !== undefined && 'holds' in reading && reading.holds === 'one';
  return {
    name: setting.name,
    nesting: single ? 'SINGLE' : set ? 'SET' : 'LIST',
    minItems: setting.required && !single ? 1 : 0,
    maxItems: one && !single ? 1 : 0,
    block,
  };
}

function typeOf(binding: Binding, reading: Reading): Cty {
  if ('type' in reading) return reading.type;
  const struct = binding.structs.get(reading.struct);
  if (!struct) throw new Error(`${binding.type}: ${reading.name} is of the unknown struct ${reading.struct}`);
  const object: Cty = ['object', Object.fromEntries(struct.readings.map((each) => [each.name, typeOf(binding, each)]))];
  return reading.holds === 'one' ? object : [reading.holds, object];
}
