/**
 * Reads what one generated module of a prebuilt provider package says of its resource: which attributes and blocks can be
 * set, which can be read, and of which type each is. The packages carry no schema; their code was made from it, line by
 * line in one form, and what is not of that form is refused by name here, so that a new generator cannot go unnoticed.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** A type as Terraform writes it in JSON: https://developer.hashicorp.com/terraform/plugin/framework/handling-data/types */
export type Cty =
  | 'string'
  | 'number'
  | 'bool'
  | 'dynamic'
  | readonly ['list' | 'set' | 'map', Cty]
  | readonly ['object', Readonly<Record<string, Cty>>];

/** An attribute or a block that a configuration can give. */
export interface Setting {
  readonly name: string;
  readonly required: boolean;
  /** How the values are held together; a block's, or an attribute's. */
  readonly holds: 'simple' | 'list' | 'set' | 'map' | 'struct';
  /** The type of an attribute that is no block, else the struct's name. */
  readonly of: { readonly type: Cty } | { readonly struct: string };
}

/** A value that can be read and, unless it is a setting as well, never given. */
export type Reading =
  | { readonly name: string; readonly type: Cty }
  | { readonly name: string; readonly struct: string; readonly holds: 'one' | 'list' | 'set' | 'map' };

export interface Struct {
  readonly settings: readonly Setting[];
  readonly readings: readonly Reading[];
}

/** What a module says. */
export interface Binding {
  readonly kind: 'Resource' | 'DataSource' | 'Provider';
  /** Terraform's name: `aws_sqs_queue`. */
  readonly type: string;
  readonly top: Struct;
  /** By the name of its class, without `OutputReference`. */
  readonly structs: ReadonlyMap<string, Struct>;
}

const LEAF: Readonly<Record<string, Cty>> = {
  string: 'string',
  number: 'number',
  boolean: 'bool',
  stringList: 'string',
  numberList: 'number',
  booleanList: 'bool',
  stringMap: 'string',
  numberMap: 'number',
  booleanMap: 'bool',
  any: 'dynamic',
};

const READ_BY: Readonly<Record<string, Cty>> = {
  String: 'string',
  Number: 'number',
  Boolean: 'bool',
  List: ['list', 'string'],
  NumberList: ['list', 'number'],
  StringMap: ['map', 'string'],
  NumberMap: ['map', 'number'],
  BooleanMap: ['map', 'bool'],
};

/**
 * Reads the module of a resource or data source.
 * @param library the package's `lib` folder
 * @param folder below it, such as `sqs-queue`
 * @throws Error when the module is not of the known form
 */
export function readBinding(library: string, folder: string): Binding {
  const source = readFileSync(join(library, folder, 'index.js'), 'utf8');
  const structs = new Map<string, Struct>();
  const classes = new Map<string, string>();
  for (const [, name = '', body = ''] of source.matchAll(/^class (\w+)OutputReference extends [^\n]*\n(.*?)^\}/gms))
    classes.set(name, body);
  const mappers = new Map<string, string>();
  for (const [body, name = ''] of source.matchAll(/^function (\w+)ToHclTerraform\(struct\).*?^\}/gms))
    mappers.set(upper(name), body);
  // What can only be read has no mapper, and what can only be set (the provider's own structs) no class.
  for (const name of new Set([...classes.keys(), ...mappers.keys()]))
    structs.set(name, struct(folder, mappers.get(name) ?? '', classes.get(name) ?? ''));
  const main = /^class \w+ extends \w+\.Terraform(Resource|DataSource|Provider) .*?^\}/ms.exec(source);
  const type = /terraformResourceType: '(\w+)'/.exec(main?.[0] ?? '')?.[1];
  if (!main || !type) throw new Error(`${folder}: it has no class of a resource, data source or provider`);
  const [body = '', kind] = main;
  const top = struct(folder, body.slice(body.indexOf('synthesizeHclAttributes()')), body);
  return { kind: kind as Binding['kind'], type, top, structs };
}

function struct(folder: string, settable: string, body: string): Struct {
  return { settings: settings(folder, settable, body), readings: readings(folder, body) };
}

function settings(folder: string, settable: string, body: string): Setting[] {
  const form =
    /^ +(\w+): \{\n +value: [^\n]*\n +isBlock: (true|false),\n +type: "(\w+)",\n +storageClassType: "(\w+)",\n +\}/gm;
  const found = [...settable.matchAll(form)].map(([, name = '', block, holds, stored = '']): Setting => {
    const leaf = LEAF[stored];
    if (block === 'false' && leaf === undefined) throw new Error(`${folder}: ${name} has the unknown type ${stored}`);
    return {
      name,
      // Only what may be left out can be reset.
      required: body !== '' && !new RegExp(`^ +reset${pascal(name)}\\(\\)`, 'm').test(body),
      holds: holds as Setting['holds'],
      of: leaf === undefined ? { struct: stored.replace(/(List|Map)$/, '') } : { type: held(holds, leaf) },
    };
  });
  const expected = settable.match(/isBlock: /g)?.length ?? 0;
  if (found.length !== expected)
    throw new Error(`${folder}: ${expected - found.length} settings are of an unknown form`);
  return found;
}

function held(holds: string | undefined, leaf: Cty): Cty {
  return holds === 'list' || holds === 'set' || holds === 'map' ? [holds, leaf] : leaf;
}

function readings(folder: string, body: string): Reading[] {
  const found: Reading[] = [];
  for (const [, set, by = '', name = ''] of body.matchAll(/return .*?(tolist\()?this\.get(\w+)Attribute\('(\w+)'\)/g)) {
    const type = READ_BY[by];
    if (type === undefined) throw new Error(`${folder}: ${name} is read by the unknown get${by}Attribute`);
    found.push({ name, type: set && Array.isArray(type) ? ['set', type[1] as Cty] : type });
  }
  for (const [, of = '', name = ''] of body.matchAll(/= new \w+\.(\w+)Map\(this, "(\w+)"\)/g))
    found.push({ name, type: ['map', READ_BY[of] ?? 'string'] });
  const member = /= new ([A-Z]\w*?)(OutputReference|List|Map)\(this, "(\w+)"(?:, (true|false))?\);/g;
  for (const [, name = '', wrapped, attribute = '', set] of body.matchAll(member))
    found.push({ name: attribute, struct: name, holds: holdsOf(wrapped, set === 'true') });
  return found;
}

function holdsOf(wrapped: string | undefined, set: boolean): 'one' | 'list' | 'set' | 'map' {
  if (wrapped === 'OutputReference') return 'one';
  if (wrapped === 'Map') return 'map';
  return set ? 'set' : 'list';
}

/** `kms_key_arn` becomes `KmsKeyArn`, as the generator writes it in the names of methods. */
const pascal = (name: string): string => name.split('_').map(upper).join('');

const upper = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1);
