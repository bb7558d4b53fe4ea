import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { read, type Synthesized } from '../../test/fixtures/synthesized.js';
import { readDeployConfig } from '../config/deploy-config.js';
import { Testing } from '../lib/cdk.js';
import { PipelineStack } from './pipeline-stack.js';

const config = readDeployConfig('staging', {
  staging: { region: 'eu-west-1', account: '123456789012', encryption: 'own-key', alarmEmail: 'ops@example.org' },
});
const connection = 'connection/01234567-89ab-cdef-0123-456789abcdef';
const source = {
  connectionArn: `arn:aws:codeconnections:eu-west-1:123456789012:${connection}`,
  repository: 'us/mine',
  branch: 'main',
};

const pipelineOf = (name: string): Synthesized =>
  read(
    Testing.synth(
      new PipelineStack(Testing.app({ stubVersion: true }), 'pipeline', {
        ...{ name, config, state: 'bucket', source },
        rights: {
          plan: [[{ actions: ['sqs:GetQueueUrl'], resources: ['arn:q'] }]],
          apply: [
            [{ actions: ['sqs:CreateQueue'], resources: ['arn:q'] }],
            [{ actions: ['sqs:TagQueue'], resources: ['arn:q'] }],
          ],
        },
      }),
      true,
    ),
  );
const stack = pipelineOf('mine');
/** The keys of what is handed over. */
const artifactsOf = (name: string): string[] =>
  pipelineOf(name).statements.flatMap(({ resources = [] }) =>
    resources.filter((each) => each.includes('aws_s3_bucket')),
  );

interface Build {
  readonly env?: { readonly variables: Readonly<Record<string, string>> };
  readonly phases: {
    readonly install: { readonly commands: string[]; readonly 'runtime-versions'?: Readonly<Record<string, number>> };
    readonly build: { readonly commands: string[] };
  };
}

/** What a step runs. */
function buildOf(step: string): Build {
  const project = stack.all('aws_codebuild_project').find(({ name }) => name === `mine-staging-pipeline-${step}`);
  return JSON.parse((project?.source as { buildspec: string }).buildspec) as Build;
}

interface Stage {
  readonly name: string;
  readonly action: readonly {
    category: string;
    provider: string;
    configuration: Record<string, string>;
    input_artifacts?: string[];
    run_order?: number;
  }[];
}
const stages = stack.one('aws_codepipeline').stage as Stage[];

describe('the pipeline stack', () => {
  it('tests, plans, asks a person, and applies what was approved', () => {
    expect(
      stages.flatMap(({ name, action }) =>
        action.map((each) => [name, each.category, each.input_artifacts, each.run_order]),
      ),
    ).toEqual([
      ['Source', 'Source', undefined, undefined],
      ['Test', 'Build', ['source'], undefined],
      ['Deploy', 'Build', ['stacks'], 1],
      ['Deploy', 'Approval', undefined, 2],
      ['Deploy', 'Build', ['plan'], 3],
    ]);
    expect(stages[0]?.action[0]?.configuration).toMatchObject({ FullRepositoryId: 'us/mine', BranchName: 'main' });
    expect(stack.one('aws_codepipeline')).toMatchObject({ pipeline_type: 'V2', execution_mode: 'SUPERSEDED' });
  });

  it('tells whoever hears of alarms that a plan waits, and where it is to be read', () => {
    const approval = stages.flatMap(({ action }) => action).find(({ category }) => category === 'Approval');
    expect(approval?.configuration).toMatchObject({
      NotificationArn: expect.stringMatching(/aws_sns_topic\.approvals.*arn/) as unknown,
      ExternalEntityLink: expect.stringMatching(
        /^https:\/\/eu-west-1\.console\.aws\.amazon\.com\/.*codebuild/,
      ) as unknown,
    });
    expect(stack.one('aws_sns_topic_subscription')).toMatchObject({ endpoint: 'ops@example.org', protocol: 'email' });
    expect(stack.statements).toContainEqual({
      actions: ['sns:Publish'],
      resources: [expect.stringContaining('aws_sns_topic.approvals')],
    });
  });

  it('runs the commands that a person would', () => {
    expect(buildOf('test').phases.build.commands).toEqual([
      ...['npm ci', 'npm ci --prefix cdktf', 'npm test', 'npm run --silent test:deploy'],
      ...['npm run --silent check:static', 'npm run --silent synth -- staging --strict'],
    ]);
    expect(buildOf('plan').phases.build.commands.at(-1)).toBe(
      'terraform -chdir=stacks/service plan -input=false -out=approved.tfplan',
    );
    expect(buildOf('apply').phases.build.commands[1]).toBe(
      'terraform -chdir=stacks/service apply -input=false approved.tfplan',
    );
  });

  it('takes the Terraform that the gate is run with', () => {
    const [, version] = /terraform_version: (\S+)/.exec(readFileSync('.github/workflows/ci.yml', 'utf8')) ?? [];
    for (const step of ['test', 'plan', 'apply'])
      expect(buildOf(step).phases.install.commands[0]).toContain(`/terraform_${version ?? 'none'}_linux_amd64.zip`);
  });

  it('keeps providers out of what is handed over, and lets the tests have a folder each', () => {
    for (const step of ['plan', 'apply']) expect(buildOf(step).env?.variables.TF_DATA_DIR).toMatch(/^\/tmp\//);
    expect(buildOf('test')).not.toHaveProperty('env');
  });

  it('is not the stage’s, by tags and by the name of its topic, so that who deploys the stage has no right to it', () => {
    expect(stack.provider).toMatchObject([{ default_tags: [{ tags: { deployment: 'mine-staging.pipeline' } }] }]);
    expect(stack.one('aws_sns_topic').name).toBe('mine-staging_approvals');
  });

  it('gives tests no right, a plan its own, and an apply its own', () => {
    expect(stack.all('aws_iam_policy').map(({ name }) => name)).toEqual([
      'mine-staging-pipeline-apply-1',
      'mine-staging-pipeline-apply-2',
      'mine-staging-pipeline-plan-1',
    ]);
  });

  it('lets a step read what it takes and write what it gives, so that no other than the plan step writes a plan', () => {
    const ofSteps = stack.statements.filter(
      ({ actions, resources: [resource = ''] = [] }) =>
        actions.some((action) => action.startsWith('s3:')) && /\/mine-staging\*\//.test(resource),
    );
    const keys = ofSteps.map(({ actions, resources }) => [actions[0], resources?.[0]?.replace(/^.*\}\//, '')]);
    expect(keys).toEqual([
      ['s3:GetObject', 'mine-staging*/plan/*'],
      ['s3:GetObject', 'mine-staging*/stacks/*'],
      ['s3:PutObject', 'mine-staging*/plan/*'],
      ['s3:GetObject', 'mine-staging*/source/*'],
      ['s3:PutObject', 'mine-staging*/stacks/*'],
    ]);
    const names = stages.flatMap(({ action }) => action.flatMap(({ input_artifacts: names = [] }) => names));
    for (const name of names) expect(name.length).toBeLessThanOrEqual(10);
    expect(JSON.stringify(artifactsOf('a-name-of-length'))).toContain('/a-name-of-length-sta*/plan/*"');
  });

  it('tests on Node 24, and hands over no zip of Terraform’s', () => {
    expect(buildOf('test').phases.install['runtime-versions']).toEqual({ nodejs: 24 });
    for (const step of ['test', 'plan', 'apply']) {
      const words = buildOf(step).phases.install.commands.flatMap((command) => command.split(/[\s"]+/));
      const zips = words.filter((word) => word.endsWith('.zip') && !word.startsWith('https://'));
      expect(zips.length).toBeGreaterThan(2);
      for (const path of [words[words.indexOf('-o') + 1], ...zips]) expect(path).toMatch(/^\/tmp\//);
    }
  });

  it('uses the connection under both names of its service, and starts its own builds alone', () => {
    expect(stack.statements).toContainEqual({
      actions: ['codestar-connections:UseConnection', 'codeconnections:UseConnection'],
      resources: ['codestar-connections', 'codeconnections'].map(
        (service) => `arn:aws:${service}:eu-west-1:123456789012:${connection}`,
      ),
    });
    expect(stack.statements.find(({ actions }) => actions.includes('codebuild:StartBuild'))?.resources).toHaveLength(3);
    for (const { actions, resources } of stack.statements.filter(({ principals }) => principals === undefined)) {
      expect(actions.filter((action) => action.includes('*'))).toEqual([]);
      expect(resources).not.toContain('*');
    }
  });

  it('takes each role on for its own project and account', () => {
    const trusts = stack.statements.filter(({ actions }) => actions.includes('sts:AssumeRole'));
    expect(trusts).toHaveLength(4);
    for (const { condition = [] } of trusts)
      expect(condition.map(({ variable }) => variable)).toEqual(['aws:SourceAccount', 'aws:SourceArn']);
  });

  it('encrypts what it hands over, and keeps it from the public and from plain HTTP', () => {
    expect(stack.one('aws_codepipeline').artifact_store).toMatchObject([{ encryption_key: { type: 'KMS' } }]);
    expect(stack.one('aws_s3_bucket_public_access_block')).toMatchObject({
      ...{
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      },
    });
    expect(JSON.stringify(stack.one('aws_s3_bucket_server_side_encryption_configuration'))).toContain('"aws:kms"');
    expect(JSON.stringify(stack.statements)).toContain('aws:SecureTransport');
  });
});
