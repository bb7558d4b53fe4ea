import { it } from 'node:test';
import { expect } from 'expect';
import { withoutOwnTerraform } from './terraform.js';

it('Terraform in a test shares no folder with another, whatever the shell says', () => {
  const shell = {
    PATH: '/bin',
    TF_DATA_DIR: '/tmp/terraform',
    TF_CLI_ARGS: '-x',
    TF_CLI_ARGS_plan: '-y',
    TF_WORKSPACE: 'w',
  };
  expect(withoutOwnTerraform(shell)).toEqual({ PATH: '/bin' });
});
