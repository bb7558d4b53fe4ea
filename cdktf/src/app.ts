/** All stacks of one stage, in one app. */
import { mkdirSync } from 'node:fs';
import { type Topology } from '../../libs/topology/src/system.js';
import { type DeployConfig } from './config/deploy-config.js';
import { App } from './lib/cdk.js';
import { ServiceStack, type ServiceStackProps } from './stacks/service-stack.js';
import { type Moves } from './stacks/stateful-names.js';

export interface AppOptions extends Pick<ServiceStackProps, 'codeOf'> {
  readonly topology: Topology;
  readonly config: DeployConfig;
  /** Where `stacks/<stack>/cdk.tf.json` is written. */
  readonly outdir: string;
  readonly moves?: Moves;
  /** Where Terraform keeps what it has made; `bucket` unless told. */
  readonly state?: ServiceStackProps['state'];
}

/** The app, not yet written: `synth()` does that. Needs no account, no network and no Terraform. */
export function makeApp({ outdir, state = 'bucket', moves = {}, ...options }: AppOptions): App {
  mkdirSync(outdir, { recursive: true });
  const app = new App({ outdir });
  new ServiceStack(app, 'service', { ...options, moves, state });
  return app;
}
