/**
 * A provider in place of `hashicorp/aws` that knows the AWS schemas and no AWS: it validates against the schemas, plans,
 * and "makes" resources by writing them into the state. What AWS would refuse for its values is not refused here, except
 * a name that is taken.
 */
import { takenAs, type Place } from './aws-name.js';
import { applied, planned } from './change.js';
import { policyDocument } from './policy-document.js';
import { NESTING, SEVERITY } from './protocol.js';
import { replacedFor } from './replacement.js';
import { type Block, type Schema } from './schema.js';
import { fromWire, toWire, type DynamicValue, type Values } from './wire.js';

export interface Schemas {
  readonly provider: Schema;
  readonly resources: ReadonlyMap<string, Schema>;
  readonly data: ReadonlyMap<string, Schema>;
}

/** What Terraform asks; each message carries some of these. */
export interface Question {
  readonly type_name?: string;
  readonly config?: DynamicValue;
  readonly raw_state?: { readonly json?: Uint8Array };
  readonly current_state?: DynamicValue;
  readonly prior_state?: DynamicValue;
  readonly proposed_new_state?: DynamicValue;
  readonly planned_state?: DynamicValue;
}

export type Answer = Readonly<Record<string, unknown>>;

/** Answers by the name of the call. */
export type Calls = Readonly<Record<string, (question: Question) => Answer>>;

/**
 * The provider's answers.
 * @param account that the resources are made in; the region is the configuration's
 */
export function standIn(schemas: Schemas, account: string): Calls {
  let place: Place = { account, region: 'us-east-1' };
  let lots = 0;
  const taken = new Set<string>();
  const blockOf = (from: ReadonlyMap<string, Schema>, type = ''): Block => {
    const schema = from.get(type);
    if (!schema) throw new Error(`${type}: the stand-in was not told of this type`);
    return schema.block;
  };

  const apply = (type: string, before: Values | null, plan: Values | null): Values | null => {
    if (plan === null) {
      if (before) taken.delete(takenAs(type, before) ?? '');
      return null;
    }
    const made = applied(type, blockOf(schemas.resources, type), plan, place, String(before ? '' : ++lots));
    const name = before ? undefined : takenAs(type, made);
    if (name !== undefined && taken.has(name)) throw new Error(`${name} already exists`);
    if (name !== undefined) taken.add(name);
    return made;
  };

  const read = (type: string, config: Values): Values => {
    const block = blockOf(schemas.data, type);
    if (type === 'aws_iam_policy_document') {
      const json = policyDocument(config);
      return { ...config, json, minified_json: json, id: 'document' };
    }
    return applied(type, block, planned(block, null, config), place, 'data');
  };

  return {
    GetSchema: () => ({
      provider: wireSchema(schemas.provider),
      resource_schemas: wireSchemas(schemas.resources),
      data_source_schemas: wireSchemas(schemas.data),
    }),
    PrepareProviderConfig: ({ config }) => ({ prepared_config: config }),
    ValidateResourceTypeConfig: () => ({}),
    ValidateDataSourceConfig: () => ({}),
    Configure: ({ config }) => {
      const region = fromWire(config)?.region;
      if (typeof region === 'string') place = { account, region };
      return {};
    },
    UpgradeResourceState: ({ raw_state }) => ({ upgraded_state: raw_state }),
    ReadResource: ({ current_state }) => ({ new_state: current_state }),
    PlanResourceChange: ({ type_name = '', prior_state, proposed_new_state }) => {
      const [before, proposed] = [fromWire(prior_state), fromWire(proposed_new_state)];
      if (proposed === null) return { planned_state: proposed_new_state };
      const plan = planned(blockOf(schemas.resources, type_name), before, proposed);
      const forced = before ? replacedFor(type_name, before, plan) : [];
      return {
        planned_state: toWire(plan),
        requires_replace: forced.map((attribute) => ({ steps: [{ attribute_name: attribute }] })),
        legacy_type_system: true,
      };
    },
    ApplyResourceChange: ({ type_name = '', prior_state, planned_state }) => {
      try {
        const made = apply(type_name, fromWire(prior_state), fromWire(planned_state));
        return { new_state: toWire(made), legacy_type_system: true };
      } catch (error) {
        return {
          new_state: prior_state,
          diagnostics: [failure(`creating ${type_name}`, error)],
          legacy_type_system: true,
        };
      }
    },
    ReadDataSource: ({ type_name = '', config }) => {
      try {
        return { state: toWire(read(type_name, fromWire(config) ?? {})) };
      } catch (error) {
        return { diagnostics: [failure(`reading ${type_name}`, error)] };
      }
    },
    Stop: () => ({}),
  };
}

const failure = (summary: string, error: unknown): Answer => ({
  severity: SEVERITY.ERROR,
  summary,
  detail: error instanceof Error ? error.message : String(error),
});

const wireSchema = ({ block }: Schema): Answer => ({ version: 0, block: wireBlock(block) });

const wireSchemas = (schemas: ReadonlyMap<string, Schema>): Answer =>
  Object.fromEntries([...schemas].map(([type, schema]) => [type, wireSchema(schema)]));

function wireBlock({ attributes, blocks }: Block): Answer {
  return {
    attributes: attributes.map((attribute) => ({ ...attribute, type: Buffer.from(JSON.stringify(attribute.type)) })),
    block_types: blocks.map(({ name, nesting, minItems, maxItems, block }) => ({
      type_name: name,
      nesting: NESTING[nesting],
      min_items: minItems,
      max_items: maxItems,
      block: wireBlock(block),
    })),
  };
}
