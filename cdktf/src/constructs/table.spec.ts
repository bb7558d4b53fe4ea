import { describe, it } from 'node:test';
import { expect } from 'expect';
import { singleTable } from '../../../libs/topology/src/construct.js';
import { Testing } from '../lib/cdk.js';
import { TableConstruct } from './table.js';

const tableOf = (kept: boolean): Record<string, unknown> => {
  const json = Testing.synthScope((scope) => {
    const table = singleTable('data', { index: 'GSI1', stream: 'NEW_IMAGE', expiry: 'ExpiresAt' });
    new TableConstruct(scope, 'table', { table, name: 'x-dev-data', keyArn: 'arn:key', protected: kept });
  });
  const { resource } = JSON.parse(json) as {
    resource: { aws_dynamodb_table: Record<string, Record<string, unknown>> };
  };
  return Object.values(resource.aws_dynamodb_table)[0] ?? {};
};

describe('a table on AWS', () => {
  it('has the declared keys, index, stream and expiry, and is billed on demand', () => {
    expect(tableOf(false)).toMatchObject({
      name: 'x-dev-data',
      billing_mode: 'PAY_PER_REQUEST',
      hash_key: 'PK',
      range_key: 'SK',
      attribute: ['PK', 'SK', 'GSI1PK', 'GSI1SK'].map((name) => ({ name, type: 'S' })),
      global_secondary_index: [{ name: 'GSI1', hash_key: 'GSI1PK', range_key: 'GSI1SK', projection_type: 'ALL' }],
      stream_enabled: true,
      stream_view_type: 'NEW_IMAGE',
      ttl: { attribute_name: 'ExpiresAt', enabled: true },
      point_in_time_recovery: { enabled: true },
      server_side_encryption: { enabled: true, kms_key_arn: 'arn:key' },
    });
  });

  it('cannot be deleted where the stage protects it', () => {
    expect(tableOf(true)).toMatchObject({ deletion_protection_enabled: true, lifecycle: { prevent_destroy: true } });
    expect(tableOf(false)).toMatchObject({ deletion_protection_enabled: false });
  });
});
