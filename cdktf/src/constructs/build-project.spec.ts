import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ACCOUNT, KEY, REGION } from '../../test/fixtures/constructs.js';
import { synthesized, type Synthesized } from '../../test/fixtures/synthesized.js';
import { BuildProject } from './build-project.js';
import { PrivateBucket } from './private-bucket.js';

const projectOf = (given?: string): Synthesized =>
  synthesized((scope) => {
    const bucket = new PrivateBucket(scope, 'bucket', { name: 'x-files', versionDays: 1, kept: false });
    new BuildProject(scope, 'test', {
      ...{
        name: 'x-test',
        account: ACCOUNT,
        region: REGION,
        keyArn: KEY,
        specification: '{}',
        logRetention: 30,
        timeout: 9,
      },
      artifacts: { bucket, taken: 'in/*', given },
      rights: [[{ actions: ['sqs:GetQueueUrl'], resources: ['q'] }], [{ actions: ['sqs:TagQueue'], resources: ['q'] }]],
    });
  });

describe('a step of the pipeline', () => {
  it('runs without privileges for as long as it may, and logs to a group of its own', () => {
    const { one } = projectOf();
    expect(one('aws_codebuild_project')).toMatchObject({
      ...{ build_timeout: 9, encryption_key: KEY, environment: { privileged_mode: false } },
    });
    expect(one('aws_cloudwatch_log_group')).toMatchObject({ name: '/aws/codebuild/x-test', retention_in_days: 30 });
  });

  it('reads what it takes, and writes only what it gives', () => {
    const objects = (given?: string): unknown[] =>
      projectOf(given)
        .statements.filter(({ effect, actions }) => effect !== 'Deny' && actions[0]?.startsWith('s3:'))
        .map(({ actions, resources }) => [actions[0], resources?.[0]?.split('}/')[1]]);
    expect(objects()).toEqual([['s3:GetObject', 'in/*']]);
    expect(objects('out/*')).toEqual([
      ['s3:GetObject', 'in/*'],
      ['s3:PutObject', 'out/*'],
    ]);
  });

  it('has a policy for each list of rights, and its role taken on for this project alone', () => {
    const { all, statements } = projectOf();
    expect(all('aws_iam_policy').map(({ name }) => name)).toEqual(['x-test-1', 'x-test-2']);
    expect(all('aws_iam_role_policy_attachment')).toHaveLength(2);
    const trust = statements.find(({ actions }) => actions.includes('sts:AssumeRole'));
    expect(trust?.condition?.flatMap(({ values }) => values)).toEqual([
      ACCOUNT,
      `arn:aws:codebuild:${REGION}:${ACCOUNT}:project/x-test`,
    ]);
  });
});
