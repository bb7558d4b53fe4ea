/** One step of the pipeline: a CodeBuild project with a role and a log of its own. */
import { CodebuildProject, IamPolicy, IamRolePolicyAttachment } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { keyUse } from './encryption-key.js';
import { logGroup } from './log-group.js';
import { policyDocument, whenEquals, type Statement } from './policy.js';
import { type PrivateBucket } from './private-bucket.js';
import { ServiceRole } from './service-role.js';

export interface BuildProjectProps {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  /** Its commands. */
  readonly specification: string;
  /** What the steps hand over to each other, and the keys of what this one takes and gives: no step may replace another's. */
  readonly artifacts: { readonly bucket: PrivateBucket; readonly taken: string; readonly given: string | undefined };
  readonly keyArn: string;
  readonly logRetention: number;
  /** Beside its log and the artifacts; each list becomes a policy of its own, since IAM allows 6,144 characters. */
  readonly rights: readonly (readonly Statement[])[];
  /** Minutes. */
  readonly timeout: number;
}

/** https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html */
export class BuildProject extends Construct {
  readonly resource: CodebuildProject;

  constructor(scope: Construct, id: string, props: BuildProjectProps) {
    super(scope, id);
    const { name, account, region, artifacts, keyArn } = props;
    const logs = logGroup(this, 'logs', {
      name: `/aws/codebuild/${name}`,
      retentionInDays: props.logRetention,
      keyArn,
    });
    const role = new ServiceRole(this, 'access', {
      name,
      service: 'codebuild.amazonaws.com',
      trustedWhen: [
        whenEquals('aws:SourceAccount', account),
        whenEquals('aws:SourceArn', `arn:aws:codebuild:${region}:${account}:project/${name}`),
      ],
      statements: [
        { actions: ['logs:CreateLogStream', 'logs:PutLogEvents'], resources: [`${logs.arn}:*`] },
        {
          actions: ['s3:GetObject', 's3:GetObjectVersion'],
          resources: [`${artifacts.bucket.arn}/${artifacts.taken}`],
        },
        ...(artifacts.given === undefined
          ? []
          : [{ actions: ['s3:PutObject'], resources: [`${artifacts.bucket.arn}/${artifacts.given}`] }]),
        keyUse(keyArn, region, 's3', 'kms:Decrypt', 'kms:GenerateDataKey'),
      ],
    });
    for (const [index, statements] of props.rights.entries()) {
      const policy = new IamPolicy(this, `rights-${index + 1}`, {
        name: `${name}-${index + 1}`,
        policy: policyDocument(this, `rights-${index + 1}-document`, statements),
      });
      new IamRolePolicyAttachment(this, `rights-${index + 1}-attachment`, {
        role: role.role.name,
        policyArn: policy.arn,
      });
    }
    this.resource = new CodebuildProject(this, 'project', {
      name,
      serviceRole: role.arn,
      encryptionKey: keyArn,
      buildTimeout: props.timeout,
      artifacts: { type: 'CODEPIPELINE' },
      source: { type: 'CODEPIPELINE', buildspec: props.specification },
      environment: {
        type: 'LINUX_CONTAINER',
        computeType: 'BUILD_GENERAL1_MEDIUM',
        image: 'aws/codebuild/amazonlinux-x86_64-standard:5.0',
        privilegedMode: false,
      },
      logsConfig: { cloudwatchLogs: { status: 'ENABLED', groupName: logs.name } },
      dependsOn: [role.policy],
    });
  }
}
