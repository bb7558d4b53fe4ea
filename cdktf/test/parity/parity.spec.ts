/**
 * What is deployed is what runs locally: the applied state of a stage against a running local stack of the same
 * declaration, attribute by attribute. Left out is what the model does not mark as behaviour, and nothing else.
 */
import { dirname } from 'node:path';
import { before, it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';
import { behaviours } from '../../../libs/topology/src/mark.js';
import {
  type Kind,
  type PerKind,
  type Resource,
  type ResourceOf,
  type RestApi,
} from '../../../libs/topology/src/model.js';
import { resourcesIn, type Topology } from '../../../libs/topology/src/system.js';
import { topology } from '../../../libs/topology/src/topology.js';
import { userPoolClientId, userPoolId } from '../../../localstack/src/identity/pool-settings.js';
import { type LocalStack } from '../../../localstack/src/local-stack.js';
import { addPoolUser, poolClient, tokensOf } from '../../../test/fixtures/pool-client.js';
import { startTabletop } from '../../../test/fixtures/tabletop.js';
import { readDeployConfig, type DeployConfig } from '../../src/config/deploy-config.js';
import { packageFunctions } from '../../src/package/package-functions.js';
import { DEV, synthesize } from '../terraform/synthesis.js';
import { noTerraform, startProvider, Workspace } from '../terraform/terraform.js';
import { deployedFacts } from './deployed-facts.js';
import { compare, driftIn, subjectOf, table, type Facts } from './facts.js';
import { COMPUTED } from './local-api.js';
import { localFacts } from './local-facts.js';

/** What AWS has beside the declaration. */
const ONLY_ON_AWS: Readonly<Record<string, string>> = {
  'alarm "api-latency"': 'a percentile, which the local CloudWatch does not count',
};

const PROD = readDeployConfig('prod', {
  prod: { region: DEV.region, account: DEV.account, encryption: 'own-key', alarmEmail: 'alarms@example.org' },
});

/** By name, what is another value on one side. */
type Changes = PerKind<{ [K in Kind]: Readonly<Record<string, Partial<ResourceOf<K>>>> }>;

const api = topology.resources.find((resource): resource is RestApi => resource.kind === 'rest-api');
const [firstRoute, ...otherRoutes] = api?.routes ?? [];

/** One of each kind at least, but for those that only exist. */
const CHANGES: Changes = {
  alarm: { 'notifier-errors': { threshold: 7 } },
  function: { notifier: { timeout: 6, memory: 256 }, 'purchase-service': { grants: [] } },
  'metric-filter': { 'notifier-error-lines': { pattern: '{ $.level = "ERROR" }', defaultValue: 5 } },
  pipe: { 'order-events': { batchSize: 11, filters: [], logLevel: 'INFO' } },
  queue: { 'product-purchases.fifo': { visibilityTimeout: 61 } },
  'queue-consumer': { 'product-purchases-to-purchase-writer': { batchSize: 9, maxConcurrency: 40 } },
  'rest-api': { api: { routes: firstRoute ? [{ ...firstRoute, public: true }, ...otherRoutes] : [] } },
  subscription: { 'order-events-to-order-events-inbox': { raw: true } },
  table: { data: { expiry: 'GoneAt' } },
  topic: {},
  'user-pool': { 'sign-in': { tokenValidity: 7200 } },
};

/** Applies a stage's stack and reads the state. */
async function deployed(config: DeployConfig, declared: Topology = topology): Promise<Facts> {
  const synthesis = await synthesize(config, declared);
  const folder = synthesis.folderOf('service');
  const resources = resourcesIn(declared, config.stage);
  await packageFunctions({ resources, root: 'dist', bundles: 'dist/functions', outdir: dirname(dirname(folder)) });
  const provider = await startProvider(synthesis.files);
  const workspace = await Workspace.of(folder, provider);
  try {
    await workspace.apply();
    return deployedFacts(await workspace.state(), folder, declared.name, config.stage);
  } finally {
    await workspace.remove();
    await provider.stop();
    await synthesis.remove();
  }
}

/** Starts a stage locally, as one in which people sign in, and reads it. */
async function local(stage: string): Promise<Facts> {
  const stack: LocalStack = await startTabletop({ stage, settings: { authMode: 'jwt', logLevel: DEV.logLevel } });
  try {
    const pool = poolClient(stack.awsUrl);
    const caller = { username: 'parity@example.com', password: 'Secret-123', groups: ['apiAdmins'] };
    await addPoolUser(pool, userPoolId(topology.name), caller);
    const { IdToken: token = '' } = await tokensOf(pool, userPoolClientId(topology.name), caller);
    if (api === undefined) throw new Error('the system has no API');
    return await localFacts({ stack, system: topology.name, stage, api, token });
  } finally {
    await stack.stop();
  }
}

/** Adds to a development stage's facts which of them no other stage has. */
const withStages = (dev: Facts, prod: Facts): Facts =>
  new Map([...dev].map(([subject, facts]) => [subject, { ...facts, developmentOnly: !prod.has(subject) }]));

const withoutExtras = (facts: Facts): Facts => new Map([...facts].filter(([subject]) => !(subject in ONLY_ON_AWS)));

describeUnless(noTerraform, 'parity of what is deployed with what runs locally', () => {
  const resources = resourcesIn(topology, 'dev');
  let here: Facts;
  let there: Facts;
  let inProd: Facts;
  before(async () => {
    here = withStages(await local('dev'), await local('prod'));
    inProd = await deployed(PROD);
    const whole = withStages(await deployed(DEV), inProd);
    for (const subject of Object.keys(ONLY_ON_AWS)) expect(whole.has(subject)).toBe(true);
    there = withoutExtras(whole);
  });

  it('holds for every resource and every attribute', () => {
    const compared = compare(resources, here, there);
    process.stdout.write(`${table(compared)}\n`);
    expect(table(compared).split('\n')[0]).toMatch(/^resource +attribute +here +on AWS$/);
    for (const [subject, why] of Object.entries(ONLY_ON_AWS)) process.stdout.write(`${subject}  only on AWS: ${why}\n`);
    for (const [type, why] of Object.entries(COMPUTED)) process.stdout.write(`answer ${type}  not asked for: ${why}\n`);
    expect(driftIn(compared)).toEqual([]);
    // Each declared resource was looked at, and so was each of its attributes.
    expect(new Set(compared.map(({ subject }) => subject)).size).toBe(resources.length);
    expect(compared.length).toBeGreaterThan(250);
  });

  it('misses nothing that a reader leaves out', () => {
    const [subject = '', facts = {}] = [...here].find(([each]) => each.startsWith('queue ')) ?? [];
    const { retention: _, ...others } = facts;
    const drift = driftIn(compare(resources, new Map([...here, [subject, others]]), there));
    expect(drift).toMatchObject([{ subject, attribute: 'retention', verdict: 'nobody read it' }]);
  });

  it('misses no resource that both readers leave out', () => {
    for (const { kind, name } of resources) {
      const subject = subjectOf(kind, name);
      const without = (facts: Facts): Facts => new Map([...facts].filter(([each]) => each !== subject));
      const drift = driftIn(compare(resources, without(here), without(there)));
      expect(drift).toMatchObject([{ subject, attribute: 'exists', verdict: 'nobody read it' }]);
    }
  });

  it('finds a resource that only one side has', () => {
    for (const { kind, name } of resources) {
      const subject = subjectOf(kind, name);
      const without = new Map([...there].filter(([each]) => each !== subject));
      expect(driftIn(compare(resources, here, without))).toMatchObject([{ subject, attribute: 'exists' }]);
    }
  });

  it('is tried with a change of every kind that has an attribute to change', () => {
    const untried = resources.filter(
      ({ kind }) => behaviours(kind).length > 0 && Object.keys(CHANGES[kind]).length === 0,
    );
    expect(untried.map(({ kind }) => kind)).toEqual([]);
  });

  it('sees each attribute that is another one on one side, and no others', async () => {
    const other = withoutExtras(withStages(await deployed(DEV, changed(CHANGES)), inProd));
    const drift = driftIn(compare(resources, here, other));
    const expected = Object.entries<Readonly<Record<string, object>>>(CHANGES).flatMap(([kind, named]) =>
      Object.entries(named).flatMap(([name, change]) =>
        Object.keys(change).map((attribute) => `${kind} "${name}" ${attribute}`),
      ),
    );
    // What a function is granted, it is told of.
    expected.push('function "purchase-service" environment');
    expect(drift.map(({ subject, attribute }) => `${subject} ${attribute}`).sort()).toEqual(expected.sort());
  });
});

/** The declaration with some resources changed, also where others name them. */
function changed(changes: Changes): Topology {
  const copies = new Map<unknown, unknown>();
  const copy = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (copies.has(value)) return copies.get(value);
    const next: object = Array.isArray(value) ? [] : {};
    copies.set(value, next);
    // Grants that could still be given are words of the declaration, and lead nowhere from here.
    for (const [key, { value: inner }] of Object.entries(Object.getOwnPropertyDescriptors(value)))
      if (inner !== undefined && typeof inner !== 'function' && key !== 'length')
        Object.assign(next, { [key]: copy(inner) });
    const { kind, name } = value as Partial<Resource>;
    return Object.assign(next, kind && name && changes[kind][name]);
  };
  return copy(topology) as Topology;
}
