import { describe, it } from 'node:test';
import { expect } from 'expect';
import { ACCOUNT, REGION } from '../../test/fixtures/constructs.js';
import { synthesized } from '../../test/fixtures/synthesized.js';
import { RoleBoundary } from './role-boundary.js';

describe('the boundary of roles', () => {
  const { one, statements } = synthesized((scope) => {
    new RoleBoundary(scope, 'boundary', { name: 'x-boundary', account: ACCOUNT, region: REGION });
  });

  it('is never destroyed, since roles of every stage name it', () => {
    expect(one('aws_iam_policy')).toMatchObject({ name: 'x-boundary', lifecycle: { prevent_destroy: true } });
  });

  it('lets a role use the keys of its stage, and through SNS that one alone of the others which AWS keeps there', () => {
    const keys = statements.filter(({ actions }) => actions.includes('kms:GenerateDataKey'));
    expect(keys.map(({ actions, condition }) => [actions, condition])).toEqual([
      [
        ['kms:Decrypt', 'kms:GenerateDataKey'],
        [
          {
            test: 'StringEquals',
            variable: 'aws:ResourceTag/deployment',
            values: ['&{aws:PrincipalTag/deployment}'],
          },
        ],
      ],
      [
        ['kms:Decrypt', 'kms:GenerateDataKey'],
        [
          { test: 'StringEquals', variable: 'kms:ViaService', values: ['sns.eu-west-1.amazonaws.com'] },
          { test: 'ForAnyValue:StringEquals', variable: 'kms:ResourceAliases', values: ['alias/aws/sns'] },
        ],
      ],
    ]);
  });
});
