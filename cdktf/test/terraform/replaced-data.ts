/** Which changes of a plan would empty something that holds data. */
import { type Change } from './terraform.js';

/** What is filled by users and comes back empty, and the keys without which it cannot be read. */
const HOLDS_DATA = ['aws_cognito_user_pool', 'aws_dynamodb_table', 'aws_kms_key', 'aws_s3_bucket'];

/** The addresses of tables, user pools, buckets and keys that the plan would delete, whether or not others take their place. */
export const emptied = (plan: readonly Change[]): string[] =>
  plan
    .filter(({ type, change }) => HOLDS_DATA.includes(type) && change.actions.includes('delete'))
    .map(({ address }) => address);
