/**
 * The AWS resources that the project uses, module by module: the provider's one index would load all 2,200 of them
 * (seconds, and half a gigabyte).
 */
export { AwsProvider } from '@cdktf/provider-aws/lib/provider/index.js';
export { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table/index.js';
