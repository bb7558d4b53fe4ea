/** All that the project uses of CDK for Terraform: a move to its successor `cdktn` is an edit of this file and of aws.ts. */
export {
  App,
  dependable,
  Fn,
  Lazy,
  LocalBackend,
  S3Backend,
  TerraformOutput,
  TerraformResource,
  TerraformStack,
  Testing,
  type S3BackendConfig,
} from 'cdktf';
export { Construct } from 'constructs';
