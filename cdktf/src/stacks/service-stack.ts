/** The system on AWS: every resource of the topology that exists in the stage. */
import { type Resource } from '../../../libs/topology/src/model.js';
import { physicalName, resourcesIn, type Topology } from '../../../libs/topology/src/system.js';
import { type DeployConfig } from '../config/deploy-config.js';
import { TableConstruct } from '../constructs/table.js';
import { AwsProvider } from '../lib/aws.js';
import { LocalBackend, TerraformStack, type Construct } from '../lib/cdk.js';

export interface ServiceStackProps {
  readonly topology: Topology;
  readonly config: DeployConfig;
}

export class ServiceStack extends TerraformStack {
  constructor(scope: Construct, id: string, { topology, config }: ServiceStackProps) {
    super(scope, id);
    new LocalBackend(this, { path: `${topology.name}-${config.stage}-${id}.tfstate` });
    new AwsProvider(this, 'aws', {
      region: config.region,
      allowedAccountIds: [config.account],
      defaultTags: [{ tags: { system: topology.name, stage: config.stage } }],
    });
    const nameOf = (resource: Resource): string => physicalName(topology, config.stage, resource);
    for (const resource of resourcesIn(topology, config.stage))
      if (resource.kind === 'table')
        new TableConstruct(this, `table-${resource.name}`, {
          table: resource,
          name: nameOf(resource),
          keyArn: undefined,
          protected: config.stage === 'prod',
        });
  }
}
