/** What every stack of a stage begins with: where its state is kept, and the one account and region it may touch. */
import { posix } from 'node:path';
import { type DeployConfig } from '../config/deploy-config.js';
import { AwsProvider } from '../lib/aws.js';
import {
  LocalBackend,
  S3Backend,
  TerraformResource,
  TerraformStack,
  type Construct,
  type S3BackendConfig,
} from '../lib/cdk.js';

export interface StageStackProps {
  /** Of the system. */
  readonly name: string;
  readonly config: DeployConfig;
  /** `bucket` is the account's own for Terraform's state; `local` keeps it in a file here. */
  readonly state: 'bucket' | 'local';
  /** Of such files, as seen from the stack's folder; that folder itself unless told. */
  readonly stateFolder?: string;
}

/** Where a stack's state is in its bucket. */
export const stateKeyOf = (stack: string, { stage }: DeployConfig): string => `${stage}/${stack}.tfstate`;

/** Of an account and region; its name has to be its own in the whole world. */
export const stateBucketName = (system: string, { account, region }: DeployConfig): string =>
  `${system}-terraform-${account}-${region}`;

/** Of a system in a stage; physical names begin with it. */
export const deploymentName = (system: string, { stage }: DeployConfig): string => `${system}-${stage}`;

/** The one tag that tells one deployment from all others. */
export const deploymentTag = (system: string, config: DeployConfig): Record<string, string> => ({
  deployment: deploymentName(system, config),
});

/** Of a stage's pipeline, which who deploys the stage has no rights to: those go by the stage's tag. */
export const pipelineTag = (system: string, config: DeployConfig): Record<string, string> => ({
  deployment: `${deploymentName(system, config)}.pipeline`,
});

/** Of the policy that says the most a role of any stage may do; of an account and region. */
export const boundaryName = (system: string, { region }: DeployConfig): string => `${system}-boundary-${region}`;

export const boundaryArn = (system: string, config: DeployConfig): string =>
  `arn:aws:iam::${config.account}:policy/${boundaryName(system, config)}`;

export class StageStack extends TerraformStack {
  constructor(scope: Construct, id: string, { name, config, state, stateFolder = '.' }: StageStackProps) {
    super(scope, id);
    const { region, account } = config;
    if (state === 'local') new LocalBackend(this, { path: posix.join(stateFolder, this.stateFile(name, config)) });
    else {
      // cdktf 0.21 has no type for the lock file that S3 keeps beside the state.
      const settings: S3BackendConfig & { useLockfile: boolean } = {
        bucket: stateBucketName(name, config),
        key: stateKeyOf(id, config),
        region,
        // No `encrypt`: it has Terraform ask for S3's own keys, instead of the bucket's default, which is KMS. That key's policy
        // lets in whoever of the account comes through S3.
        // https://developer.hashicorp.com/terraform/language/backend/s3
        allowedAccountIds: [account],
        useLockfile: true,
      };
      new S3Backend(this, settings);
    }
    new AwsProvider(this, 'aws', {
      region,
      allowedAccountIds: [account],
      defaultTags: [{ tags: this.tags(name, config) }],
    });
  }

  /** Of its state, where that is a file here. */
  protected stateFile(system: string, { stage }: DeployConfig): string {
    return `${system}-${stage}-${this.node.id}.tfstate`;
  }

  /** What carries them is the system's, in Cost Explorer too. */
  protected tags(system: string, config: DeployConfig): Record<string, string> {
    return { ...{ system, stage: config.stage }, ...deploymentTag(system, config) };
  }

  /** Terraform's types of the resources in it. */
  resourceTypes(): Set<string> {
    const resources = this.node.findAll().filter((each) => TerraformResource.isTerraformResource(each));
    return new Set(resources.map(({ terraformResourceType }) => terraformResourceType));
  }
}
