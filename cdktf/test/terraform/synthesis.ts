/** The stacks of a stage, synthesized into a temporary folder. */
import { globSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type LambdaFunction } from '../../../libs/topology/src/model.js';
import { topology } from '../../../libs/topology/src/topology.js';
import { type Topology } from '../../../libs/topology/src/system.js';
import { makeApp } from '../../src/app.js';
import { readDeployConfig, type DeployConfig } from '../../src/config/deploy-config.js';
import { type FunctionPackage } from '../../src/constructs/function.js';
import { packageOf } from '../../src/package/package-functions.js';
import { type Moves } from '../../src/stacks/stateful-names.js';

/** Terraform's JSON of one stack: blocks by type and name. */
export interface StackJson {
  readonly resource?: Blocks;
  readonly data?: Blocks;
  readonly output?: Readonly<Record<string, { readonly value: unknown }>>;
  readonly terraform?: Readonly<Record<string, unknown>>;
  readonly provider?: Readonly<Record<string, readonly unknown[]>>;
  readonly moved?: readonly unknown[];
}
export type Blocks = Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, unknown>>>>>>;

export interface Synthesis {
  /** Each stack's name and folder. */
  readonly stacks: ReadonlyMap<string, string>;
  /** Their files. */
  readonly files: readonly string[];
  /** @throws Error when there is no stack of this name */
  folderOf(stack: string): string;
  jsonOf(stack: string): Promise<StackJson>;
  remove(): Promise<void>;
}

/** A stage as a team would deploy it first. */
export const DEV: DeployConfig = readDeployConfig('dev', {
  dev: { region: 'us-east-1', account: '123456789012', encryption: 'own-key' },
});

/** A stage that keeps what it holds, with everything that may be asked for. */
export const PROD: DeployConfig = readDeployConfig('prod', {
  prod: {
    region: 'eu-west-1',
    account: '123456789012',
    encryption: 'own-key',
    alarmEmail: 'alarms@example.org',
    logRetention: 400,
    domain: { name: 'api.example.org', zoneId: 'Z0123456789ABC' },
    firewall: true,
    monthlyBudget: 50,
    reservedConcurrency: 20,
    pipeline: {
      connectionArn: 'arn:aws:codeconnections:eu-west-1:123456789012:connection/01234567-89ab-cdef-0123-456789abcdef',
      repository: 'example/tabletop',
      branch: 'main',
    },
  },
});

/** Synthesizes all stacks of a stage. */
export async function synthesize(
  config: DeployConfig = DEV,
  declared: Topology = topology,
  moves: Moves = {},
  state: 'bucket' | 'local' = 'local',
): Promise<Synthesis> {
  const outdir = await mkdtemp(join(tmpdir(), 'tabletop-synth-'));
  const codeOf = (lambda: LambdaFunction): FunctionPackage => packageOf(lambda, `hash-of-${lambda.name}`);
  makeApp({ topology: declared, config, outdir, codeOf, moves, state }).synth();
  const files = globSync(join(outdir, 'stacks', '*', 'cdk.tf.json')).sort();
  const stacks = new Map(files.map((file) => [basename(dirname(file)), dirname(file)]));
  const folderOf = (stack: string): string => {
    const folder = stacks.get(stack);
    if (folder === undefined) throw new Error(`there is no stack "${stack}", only ${[...stacks.keys()].join(', ')}`);
    return folder;
  };
  return {
    stacks,
    files,
    folderOf,
    jsonOf: async (stack) => JSON.parse(await readFile(join(folderOf(stack), 'cdk.tf.json'), 'utf8')) as StackJson,
    remove: () => rm(outdir, { recursive: true, force: true }),
  };
}
