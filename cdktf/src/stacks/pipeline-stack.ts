/** From a push to a deployed stage: source, test and synth, then plan, a person's approval and apply, one run at a time. */
import { type DeployConfig, type PipelineSettings } from '../config/deploy-config.js';
import { BuildProject, type BuildProjectProps } from '../constructs/build-project.js';
import { EncryptionKey, keyUse } from '../constructs/encryption-key.js';
import { whenEquals } from '../constructs/policy.js';
import { PrivateBucket } from '../constructs/private-bucket.js';
import { ServiceRole } from '../constructs/service-role.js';
import { Codepipeline, SnsTopic, SnsTopicSubscription } from '../lib/aws.js';
import { TerraformOutput, type Construct } from '../lib/cdk.js';
import { type DeployRights } from '../rights/deploy-rights.js';
import { applyCommands, planCommands, testCommands } from './build-commands.js';
import { deploymentName, pipelineTag, StageStack, type StageStackProps } from './stage-stack.js';

export interface PipelineStackProps extends StageStackProps {
  readonly source: PipelineSettings;
  /** What planning and applying the service stack takes. */
  readonly rights: DeployRights;
}

/** Days for which what a run hands over is kept. */
const ARTIFACT_DAYS = 30;
const LOG_DAYS = 30;

/** What is handed over, by names of at most ten characters: CodePipeline cuts longer ones in the objects' keys. */
const ARTIFACTS = { source: 'source', stacks: 'stacks', plan: 'plan' } as const;
type Artifact = keyof typeof ARTIFACTS;

/**
 * Of all objects of an artifact. A longer name of a pipeline is cut in them; AWS's guide does not say where, its support says
 * after twenty characters: https://repost.aws/questions/QUI91tw7A9SUOMohJurNqmgA
 */
const keysOf = (pipeline: string, artifact: Artifact): string => `${pipeline.slice(0, 20)}*/${ARTIFACTS[artifact]}/*`;

/** Not of the stage's prefix and hyphen, by which who deploys the stage has rights to topics. */
export const approvalsName = (system: string, config: DeployConfig): string =>
  `${deploymentName(system, config)}_approvals`;

type StepSettings = Pick<BuildProjectProps, 'specification' | 'rights' | 'timeout'> & {
  readonly takes: Artifact;
  readonly gives?: Artifact;
};

export class PipelineStack extends StageStack {
  private readonly prefix: string;

  constructor(
    scope: Construct,
    id: string,
    private readonly props: PipelineStackProps,
  ) {
    super(scope, id, props);
    const { name, config, rights, source } = props;
    const { stage, account, region } = config;
    this.prefix = `${name}-${stage}`;
    const key = new EncryptionKey(this, 'key', {
      name: `${this.prefix}-pipeline`,
      account,
      region,
      description: `What the pipeline of ${name}, ${stage}, hands over`,
    });
    const artifacts = new PrivateBucket(this, 'artifacts', {
      name: `${this.prefix}-artifacts-${account}-${region}`,
      keyArn: key.arn,
      versionDays: 1,
      objectDays: ARTIFACT_DAYS,
      kept: false,
    });
    const project = (step: string, { takes, gives, ...settings }: StepSettings): string =>
      new BuildProject(this, step, {
        ...settings,
        ...{ name: `${this.prefix}-pipeline-${step}`, account, region, keyArn: key.arn },
        artifacts: {
          bucket: artifacts,
          taken: keysOf(this.prefix, takes),
          given: gives && keysOf(this.prefix, gives),
        },
        logRetention: config.logRetention ?? LOG_DAYS,
      }).resource.name;
    const test = project('test', {
      ...{ specification: testCommands(stage), takes: 'source', gives: 'stacks', timeout: 30 },
      // Tests run the repository's code, so they may do nothing in the account.
      rights: [],
    });
    const plan = project('plan', {
      ...{ specification: planCommands(), takes: 'stacks', gives: 'plan', timeout: 20 },
      rights: rights.plan,
    });
    const apply = project('apply', {
      ...{ specification: applyCommands(), takes: 'plan', timeout: 60 },
      rights: rights.apply,
    });
    const approvals = this.approvals(key.arn);
    const pipeline = new Codepipeline(this, 'pipeline', {
      name: this.prefix,
      pipelineType: 'V2',
      // Of the runs that wait for the one being approved, only the newest goes on.
      executionMode: 'SUPERSEDED',
      roleArn: this.role(artifacts, key.arn, [test, plan, apply], approvals.arn).arn,
      artifactStore: [{ type: 'S3', location: artifacts.resource.bucket, encryptionKey: { type: 'KMS', id: key.arn } }],
      stage: stagesOf(source, { test, plan, apply }, { topic: approvals.arn, link: logsOf(plan, region) }),
    });
    new TerraformOutput(this, 'Pipeline', { value: pipeline.name, staticId: true });
  }

  protected override tags(system: string, config: DeployConfig): Record<string, string> {
    return { ...super.tags(system, config), ...pipelineTag(system, config) };
  }

  /** Tells whoever hears of alarms that a plan waits to be read. */
  private approvals(keyArn: string): SnsTopic {
    const name = approvalsName(this.props.name, this.props.config);
    const topic = new SnsTopic(this, 'approvals', { name, kmsMasterKeyId: keyArn });
    const { alarmEmail } = this.props.config;
    if (alarmEmail !== undefined)
      new SnsTopicSubscription(this, 'approver', { topicArn: topic.arn, protocol: 'email', endpoint: alarmEmail });
    return topic;
  }

  private role(
    artifacts: PrivateBucket,
    keyArn: string,
    projects: readonly string[],
    approvalsArn: string,
  ): ServiceRole {
    const { account, region } = this.props.config;
    const { connectionArn } = this.props.source;
    // A connection is asked for under its old service's name, and under its new one.
    const connections = ['codestar-connections', 'codeconnections'].map((service) =>
      connectionArn.replace(/^arn:aws:[a-z-]+:/, `arn:aws:${service}:`),
    );
    return new ServiceRole(this, 'access', {
      name: `${this.prefix}-pipeline`,
      service: 'codepipeline.amazonaws.com',
      trustedWhen: [
        whenEquals('aws:SourceAccount', account),
        whenEquals('aws:SourceArn', `arn:aws:codepipeline:${region}:${account}:${this.prefix}`),
      ],
      statements: [
        { actions: ['s3:GetObject', 's3:GetObjectVersion', 's3:PutObject'], resources: [`${artifacts.arn}/*`] },
        { actions: ['s3:GetBucketVersioning'], resources: [artifacts.arn] },
        keyUse(keyArn, region, 's3', 'kms:Decrypt', 'kms:GenerateDataKey'),
        { actions: ['sns:Publish'], resources: [approvalsArn] },
        keyUse(keyArn, region, 'sns', 'kms:Decrypt', 'kms:GenerateDataKey'),
        {
          actions: ['codebuild:BatchGetBuilds', 'codebuild:StartBuild'],
          resources: projects.map((name) => `arn:aws:codebuild:${region}:${account}:project/${name}`),
        },
        {
          actions: ['codestar-connections:UseConnection', 'codeconnections:UseConnection'],
          resources: connections,
        },
      ],
    });
  }
}

interface Action {
  readonly name: string;
  readonly category: string;
  readonly owner: string;
  readonly provider: string;
  readonly version: string;
  readonly configuration: Readonly<Record<string, string>>;
  readonly inputArtifacts?: string[];
  readonly outputArtifacts?: string[];
  /** Actions of a stage run one after the other by it. */
  readonly runOrder?: number;
}

/** Where the builds of a project are listed, each with its log. */
const logsOf = (project: string, region: string): string =>
  `https://${region}.console.aws.amazon.com/codesuite/codebuild/projects/${project}/history?region=${region}`;

/** https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html */
function stagesOf(
  { connectionArn, repository, branch }: PipelineSettings,
  { test, plan, apply }: Readonly<Record<'test' | 'plan' | 'apply', string>>,
  told: { readonly topic: string; readonly link: string },
): { name: string; action: Action[] }[] {
  const build = (name: string, ProjectName: string, artifacts: Partial<Action>): Action => ({
    ...{ name, category: 'Build', owner: 'AWS', provider: 'CodeBuild', version: '1' },
    configuration: { ProjectName },
    ...artifacts,
  });
  const source: Action = {
    ...{ name: 'Source', category: 'Source', owner: 'AWS', provider: 'CodeStarSourceConnection', version: '1' },
    configuration: {
      ConnectionArn: connectionArn,
      FullRepositoryId: repository,
      BranchName: branch,
      DetectChanges: 'true',
      OutputArtifactFormat: 'CODE_ZIP',
    },
    outputArtifacts: [ARTIFACTS.source],
  };
  const approval: Action = {
    ...{ name: 'Approve', category: 'Approval', owner: 'AWS', provider: 'Manual', version: '1' },
    configuration: {
      CustomData: 'Read the plan at the end of its log, then let it be applied or not.',
      ExternalEntityLink: told.link,
      NotificationArn: told.topic,
    },
    runOrder: 2,
  };
  return [
    { name: 'Source', action: [source] },
    {
      name: 'Test',
      action: [build('Test', test, { inputArtifacts: [ARTIFACTS.source], outputArtifacts: [ARTIFACTS.stacks] })],
    },
    {
      // One stage, which a later run does not enter before this one has left it: a plan is of what is there when it is applied.
      name: 'Deploy',
      action: [
        build('Plan', plan, { inputArtifacts: [ARTIFACTS.stacks], outputArtifacts: [ARTIFACTS.plan], runOrder: 1 }),
        approval,
        build('Apply', apply, { inputArtifacts: [ARTIFACTS.plan], runOrder: 3 }),
      ],
    },
  ];
}
