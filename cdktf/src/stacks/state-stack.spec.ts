/** Where Terraform keeps its state: a bucket that outlives everything else, and what may be adopted. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { read } from '../../test/fixtures/synthesized.js';
import { readDeployConfig } from '../config/deploy-config.js';
import { Testing } from '../lib/cdk.js';
import { ADOPTABLE, StateStack, type Adoptable } from './state-stack.js';

const config = readDeployConfig('staging', { staging: { region: 'eu-west-1', account: '123456789012' } });

describe('the state stack', () => {
  it('makes a bucket that no destroy takes away', () => {
    const { one } = read(
      Testing.synth(new StateStack(Testing.app({ stubVersion: true }), 'state', { name: 'mine', config }), true),
    );
    expect(one('aws_s3_bucket')).toMatchObject({
      bucket: 'mine-terraform-123456789012-eu-west-1',
      force_destroy: false,
      lifecycle: { prevent_destroy: true },
    });
    expect(one('aws_s3_bucket_versioning')).toMatchObject({ versioning_configuration: { status: 'Enabled' } });
  });

  it('carries the tags of no stage, since all of them share it', () => {
    const json = Testing.synth(new StateStack(Testing.app({ stubVersion: true }), 'state', { name: 'mine', config }));
    const { provider } = JSON.parse(json) as { provider: { aws: { default_tags: unknown }[] } };
    expect(provider.aws[0]?.default_tags).toEqual([{ tags: { system: 'mine' } }]);
  });

  it('adopts what has a name and is there already, each where told, and has one state for all stages', () => {
    const written = (adopts: readonly Adoptable[]): unknown =>
      JSON.parse(
        Testing.synth(
          new StateStack(Testing.app({ stubVersion: true }), 'state', {
            ...{ name: 'mine', config, adopts, stateFolder: '../state' },
          }),
          true,
        ),
      );
    const { import: adopted, terraform } = written(ADOPTABLE) as {
      import: { id: string }[];
      terraform: { backend: { local: { path: string } } };
    };
    const ids = [
      'mine-terraform-123456789012-eu-west-1',
      'mine-gateway-logs-eu-west-1',
      'arn:aws:iam::123456789012:policy/mine-boundary-eu-west-1',
    ];
    expect(adopted.map(({ id }) => id)).toEqual(ids);
    for (const [at, each] of ADOPTABLE.entries()) expect(written([each])).toMatchObject({ import: [{ id: ids[at] }] });
    expect(written([])).not.toHaveProperty('import');
    expect(terraform.backend.local.path).toBe('../state/mine-123456789012-eu-west-1.tfstate');
  });

  it('sets the role of all APIs’ logs, which no destroy takes away, and which asks API Gateway for nothing it never says', () => {
    const { one, statements } = read(
      Testing.synth(new StateStack(Testing.app({ stubVersion: true }), 'state', { name: 'mine', config }), true),
    );
    expect(one('aws_iam_role')).toMatchObject({ name: 'mine-gateway-logs-eu-west-1' });
    for (const type of ['aws_iam_role', 'aws_iam_role_policy_attachment', 'aws_api_gateway_account'])
      expect(one(type)).toMatchObject({ lifecycle: { prevent_destroy: true } });
    const trust = statements.find(({ actions }) => actions.includes('sts:AssumeRole'));
    expect(trust?.principals).toEqual([{ type: 'Service', identifiers: ['apigateway.amazonaws.com'] }]);
    expect(trust).not.toHaveProperty('condition');
  });
});
