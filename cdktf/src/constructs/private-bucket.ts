/** A bucket that nobody outside the account sees, encrypted, with versions, over TLS only. */
import {
  S3Bucket,
  S3BucketLifecycleConfiguration,
  S3BucketPolicy,
  S3BucketPublicAccessBlock,
  S3BucketServerSideEncryptionConfigurationA,
  S3BucketVersioningA,
} from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';
import { resourcePolicy } from './policy.js';

export interface PrivateBucketProps {
  /** Its own in the whole world. */
  readonly name: string;
  /** ARN of a key of one's own; without one S3 takes the key that AWS keeps for it. */
  readonly keyArn?: string;
  /** Days for which a version is kept once there is a newer one. */
  readonly versionDays: number;
  /** Days for which an object is kept at all; undefined keeps it. */
  readonly objectDays?: number;
  /** Whether `destroy` leaves it alone. */
  readonly kept: boolean;
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html */
export class PrivateBucket extends Construct {
  readonly resource: S3Bucket;

  constructor(scope: Construct, id: string, { name, keyArn, versionDays, objectDays, kept }: PrivateBucketProps) {
    super(scope, id);
    this.resource = new S3Bucket(this, 'bucket', {
      bucket: name,
      forceDestroy: !kept,
      ...(kept && { lifecycle: { preventDestroy: true } }),
    });
    const bucket = this.resource.id;
    new S3BucketPublicAccessBlock(this, 'private', {
      bucket,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    const versioning = new S3BucketVersioningA(this, 'versions', {
      bucket,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      bucket,
      rule: [
        {
          applyServerSideEncryptionByDefault: {
            sseAlgorithm: 'aws:kms',
            ...(keyArn !== undefined && { kmsMasterKeyId: keyArn }),
          },
          // One request to the key for many objects.
          bucketKeyEnabled: true,
        },
      ],
    });
    new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      bucket,
      rule: [
        {
          id: 'old',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          noncurrentVersionExpiration: [{ noncurrentDays: versionDays }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
          ...(objectDays !== undefined && { expiration: [{ days: objectDays }] }),
        },
      ],
      dependsOn: [versioning],
    });
    new S3BucketPolicy(this, 'policy', {
      bucket,
      policy: resourcePolicy(this, 'transport', [
        {
          effect: 'Deny',
          principal: 'anybody',
          actions: ['s3:*'],
          resources: [this.resource.arn, `${this.resource.arn}/*`],
          conditions: [{ test: 'Bool', variable: 'aws:SecureTransport', values: ['false'] }],
        },
      ]),
    });
  }

  get arn(): string {
    return this.resource.arn;
  }
}
