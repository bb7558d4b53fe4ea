import { describe, it } from 'node:test';
import { expect } from 'expect';
import { singleTable } from '../../../libs/topology/src/construct.js';
import { synthesized, type Synthesized } from '../../test/fixtures/synthesized.js';
import { TableConstruct, type TableProps } from './table.js';

const declared = singleTable('data', { index: 'GSI1', stream: 'NEW_IMAGE', expiry: 'ExpiresAt' });

const tableWith = (props: Partial<TableProps>, table = declared): Synthesized =>
  synthesized((scope) => {
    new TableConstruct(scope, 'table-data', {
      table,
      name: 'x-dev-data',
      keyArn: undefined,
      protected: false,
      ...props,
    });
  });

describe('a table on AWS', () => {
  it('has the declared keys, index, stream and expiry, and is billed on demand', () => {
    expect(tableWith({ keyArn: 'arn:key' }).one('aws_dynamodb_table')).toMatchObject({
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

  it('has no stream, index or expiry that was not asked for', () => {
    const table = tableWith({}, singleTable('data')).one('aws_dynamodb_table');
    for (const absent of ['stream_enabled', 'stream_view_type', 'ttl']) expect(table).not.toHaveProperty(absent);
    expect(table).toMatchObject({ attribute: [{ name: 'PK' }, { name: 'SK' }] });
  });

  it('cannot be deleted where the stage protects it', () => {
    expect(tableWith({ protected: true }).one('aws_dynamodb_table')).toMatchObject({
      deletion_protection_enabled: true,
      lifecycle: { prevent_destroy: true },
    });
    expect(tableWith({}).one('aws_dynamodb_table')).toMatchObject({ deletion_protection_enabled: false });
  });

  it('is found in the state by a name that does not depend on its place, also after a move', () => {
    expect(tableWith({}).moved).toEqual([]);
    expect(tableWith({ movedFrom: 'table-old' }).moved).toEqual([
      { from: 'aws_dynamodb_table.table-old', to: 'aws_dynamodb_table.table-data' },
    ]);
  });
});
