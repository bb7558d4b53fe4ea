import { describe, it } from 'node:test';
import { expect } from 'expect';
import { synthesized, type Synthesized } from '../../test/fixtures/synthesized.js';
import { PrivateBucket, type PrivateBucketProps } from './private-bucket.js';

const bucketOf = (props: Partial<PrivateBucketProps> = {}): Synthesized =>
  synthesized((scope) => {
    new PrivateBucket(scope, 'bucket', { name: 'x-files', versionDays: 3, kept: false, ...props });
  });

describe('a private bucket', () => {
  it('is shut to the public, and to whoever comes without TLS', () => {
    const { one, statements } = bucketOf();
    expect(one('aws_s3_bucket_public_access_block')).toMatchObject({
      ...{ block_public_acls: true, block_public_policy: true },
      ...{ ignore_public_acls: true, restrict_public_buckets: true },
    });
    expect(statements).toMatchObject([
      {
        effect: 'Deny',
        principals: [{ type: '*', identifiers: ['*'] }],
        condition: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
      },
    ]);
    expect(statements[0]?.resources).toHaveLength(2);
  });

  it('is encrypted by the key it is given, else by the one that AWS keeps', () => {
    const rule = (keyArn?: string): string =>
      JSON.stringify(bucketOf({ keyArn }).one('aws_s3_bucket_server_side_encryption_configuration').rule);
    expect(rule('arn:key')).toContain('"kms_master_key_id":"arn:key"');
    expect(rule()).toContain('"aws:kms"');
    expect(rule()).not.toContain('kms_master_key_id');
  });

  it('keeps old versions, and objects at all, for as long as it is told', () => {
    const rules = (objectDays?: number): unknown =>
      bucketOf({ objectDays }).one('aws_s3_bucket_lifecycle_configuration').rule;
    expect(rules(30)).toMatchObject([
      { noncurrent_version_expiration: [{ noncurrent_days: 3 }], expiration: [{ days: 30 }] },
    ]);
    expect(JSON.stringify(rules())).not.toContain('"expiration"');
  });

  it('is emptied and destroyed unless it is to be kept', () => {
    expect(bucketOf().one('aws_s3_bucket')).toMatchObject({ bucket: 'x-files', force_destroy: true });
    expect(bucketOf({ kept: true }).one('aws_s3_bucket')).toMatchObject({
      ...{ force_destroy: false, lifecycle: { prevent_destroy: true } },
    });
  });
});
