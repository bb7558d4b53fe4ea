/** A log group that keeps its lines for as long as it is told. */
import { CloudwatchLogGroup } from '../lib/aws.js';
import { type Construct } from '../lib/cdk.js';

export interface LogGroupProps {
  readonly name: string;
  readonly retentionInDays: number;
  readonly keyArn: string | undefined;
}

export const logGroup = (
  scope: Construct,
  id: string,
  { name, retentionInDays, keyArn }: LogGroupProps,
): CloudwatchLogGroup => new CloudwatchLogGroup(scope, id, { name, retentionInDays, kmsKeyId: keyArn });
