/** All stacks of one stage, in one app. */
import { type Topology } from '../../libs/topology/src/system.js';
import { type DeployConfig } from './config/deploy-config.js';
import { App } from './lib/cdk.js';
import { ServiceStack } from './stacks/service-stack.js';

export interface AppOptions {
  readonly topology: Topology;
  readonly config: DeployConfig;
  /** Where `stacks/<stack>/cdk.tf.json` is written. */
  readonly outdir: string;
}

/** The app, not yet written: `synth()` does that. Needs no account, no network and no Terraform. */
export function makeApp({ topology, config, outdir }: AppOptions): App {
  const app = new App({ outdir });
  new ServiceStack(app, 'service', { topology, config });
  return app;
}
