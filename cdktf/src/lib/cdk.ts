/** All that the project uses of CDK for Terraform: a move to its successor `cdktn` is an edit of this file and of aws.ts. */
export { App, LocalBackend, TerraformStack, Testing } from 'cdktf';
export { Construct } from 'constructs';
