/** All stacks of one stage, in one app. */
import { mkdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { type Topology } from '../../libs/topology/src/system.js';
import { type DeployConfig } from './config/deploy-config.js';
import { App } from './lib/cdk.js';
import { deployRights, type DeployRights } from './rights/deploy-rights.js';
import { PipelineStack } from './stacks/pipeline-stack.js';
import { ServiceStack, type ServiceStackProps } from './stacks/service-stack.js';
import { boundaryArn, deploymentName, deploymentTag, stateBucketName, stateKeyOf } from './stacks/stage-stack.js';
import { StateStack, type StateStackProps } from './stacks/state-stack.js';
import { type Moves } from './stacks/stateful-names.js';

export interface AppOptions extends Pick<ServiceStackProps, 'codeOf'> {
  readonly topology: Topology;
  readonly config: DeployConfig;
  /** Where `stacks/<stack>/cdk.tf.json` is written. */
  readonly outdir: string;
  readonly moves?: Moves;
  /** Where Terraform keeps what it has made; `bucket` unless told. */
  readonly state?: ServiceStackProps['state'];
  /** Of states that are files here; `state` in `outdir` unless told. */
  readonly stateFolder?: string;
  /** What all stages share and is there already. */
  readonly adopts?: StateStackProps['adopts'];
}

/** The app, not yet written: `synth()` does that. Needs no account, no network and no Terraform. */
export function makeApp({ outdir, state = 'bucket', moves = {}, adopts = [], ...options }: AppOptions): App {
  mkdirSync(outdir, { recursive: true });
  const app = new App({ outdir, context: { targetVersions: RUNS_ON } });
  const { config, topology } = options;
  // Every stack's folder is as deep as any other's.
  const stateFolder = relative(join(outdir, 'stacks', SERVICE), options.stateFolder ?? join(outdir, 'state'));
  const stage = { config, state, stateFolder, name: topology.name };
  const service = new ServiceStack(app, SERVICE, { ...options, moves, state, stateFolder });
  new StateStack(app, 'state', { ...stage, adopts });
  if (config.pipeline)
    new PipelineStack(app, 'pipeline', {
      ...stage,
      source: config.pipeline,
      rights: serviceRights(service.resourceTypes(), topology.name, config),
    });
  return app;
}

const SERVICE = 'service';

/** The lock file beside a state in S3 is theirs since then; cdktf's successor asks. */
const RUNS_ON = { terraform: '>=1.11.0', opentofu: '>=1.10.0' };

/** Terraform's types of the resources in a written stack. */
export const typesIn = (file: string): string[] =>
  Object.keys((JSON.parse(readFileSync(file, 'utf8')) as { resource: object }).resource);

/** What deploying the service stack takes. */
export const serviceRights = (types: Iterable<string>, system: string, config: DeployConfig): DeployRights =>
  deployRights({
    types,
    region: config.region,
    account: config.account,
    stage: config.stage,
    boundaryArn: boundaryArn(system, config),
    zoneId: config.domain?.zoneId,
    prefix: deploymentName(system, config),
    tags: deploymentTag(system, config),
    stateBucket: stateBucketName(system, config),
    stateKey: stateKeyOf(SERVICE, config),
  });
