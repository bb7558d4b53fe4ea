/** What becomes of a resource: what a plan promises of it, and what an apply makes of the promise. Pure. */
import { given, type Place } from './aws-name.js';
import { type Cty } from './binding.js';
import { type Block } from './schema.js';
import { isValues, Unknown, UNKNOWN, type Value, type Values } from './wire.js';

/**
 * The plan of a resource: as configured; what only AWS can tell stays as it was, or is unknown where nothing was.
 * @param proposed the configuration, with what Terraform carried over from `prior`
 */
export function planned(block: Block, prior: Values | null, proposed: Values): Values {
  const plan = { ...proposed };
  for (const { name, computed } of block.attributes)
    if (computed && isMissing(plan[name])) plan[name] = prior ? (prior[name] ?? null) : UNKNOWN;
  for (const { name, block: inner } of block.blocks)
    plan[name] = within(plan[name], (each) => planned(inner, null, each));
  return plan;
}

/**
 * The resource as AWS has made it: all that was unknown is told.
 * @param lot another one for each resource; decides what AWS would draw by lot
 * @throws Error when a name that AWS would give has a form that is not known here
 */
export function applied(type: string, block: Block, plan: Values, place: Place, lot: string): Values {
  const region = typeof plan.region === 'string' ? plan.region : place.region;
  const whole = { type, values: plan, account: place.account, region, lot };
  const settle = (level: Block, values: Values): Values => {
    const made = { ...values };
    for (const { name, type: cty } of level.attributes)
      if (made[name] instanceof Unknown) made[name] = valueOf(cty, name);
    for (const { name, block: inner } of level.blocks) made[name] = within(made[name], (each) => settle(inner, each));
    return made;
  };
  const valueOf = (cty: Cty, name: string): Value => {
    if (cty === 'string') return given(whole, name);
    if (cty === 'number') return 0;
    if (cty === 'bool') return false;
    if (cty === 'dynamic') return null;
    const [holds, of] = cty;
    if (holds === 'object')
      return Object.fromEntries(Object.entries(of).map(([key, each]) => [key, valueOf(each, key)]));
    if (holds === 'map') return {};
    // A list of structs stands for what AWS tells in one entry at least, such as how to validate a certificate.
    return Array.isArray(of) && of[0] === 'object' ? [valueOf(of as Cty, name)] : [];
  };
  const made = settle(block, plan);
  if ('tags_all' in made && plan.tags_all instanceof Unknown) made.tags_all = made.tags ?? {};
  return made;
}

const isMissing = (value: Value | undefined): boolean => value === null || value === undefined;

/** Each block of a nested block's value, whether it is one or several. */
function within(value: Value | undefined, each: (block: Values) => Values): Value {
  if (Array.isArray(value)) return value.map((one) => (isValues(one) ? each(one) : one));
  return isValues(value) ? each(value) : (value ?? null);
}
