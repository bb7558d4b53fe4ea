import { describe, it } from 'node:test';
import { expect } from 'expect';
import { userPool } from '../../../libs/topology/src/user-pool.js';
import { synthesized, type Synthesized } from '../../test/fixtures/synthesized.js';
import { UserPoolConstruct } from './user-pool.js';

const declared = userPool('people', {
  groups: ['admins', 'readers'],
  attributes: ['team'],
  password: { minimumLength: 12, symbols: true },
  tokenValidity: 900,
  refreshValidity: 7200,
});

const poolWith = (kept: boolean): Synthesized =>
  synthesized((scope) => {
    const names = { name: 'x-dev-people', region: 'eu-west-1' };
    new UserPoolConstruct(scope, 'user-pool-people', { pool: declared, ...names, protected: kept });
  });

describe('a user pool on AWS', () => {
  it('is filled by administrators alone, with passwords and attributes as declared', () => {
    expect(poolWith(false).one('aws_cognito_user_pool')).toMatchObject({
      name: 'x-dev-people',
      username_configuration: { case_sensitive: true },
      admin_create_user_config: { allow_admin_create_user_only: true },
      password_policy: {
        minimum_length: 12,
        require_lowercase: true,
        require_uppercase: true,
        require_numbers: true,
        require_symbols: true,
      },
      schema: [{ name: 'team', attribute_data_type: 'String', mutable: true }],
      deletion_protection: 'INACTIVE',
    });
  });

  it('has one client without a secret, whose tokens last as declared', () => {
    expect(poolWith(false).one('aws_cognito_user_pool_client')).toMatchObject({
      generate_secret: false,
      id_token_validity: 900,
      access_token_validity: 900,
      refresh_token_validity: 7200,
      token_validity_units: [{ id_token: 'seconds', access_token: 'seconds', refresh_token: 'seconds' }],
      prevent_user_existence_errors: 'ENABLED',
    });
  });

  it('has the declared groups', () => {
    expect(
      poolWith(false)
        .all('aws_cognito_user_group')
        .map(({ name }) => name),
    ).toEqual(['admins', 'readers']);
  });

  it('cannot be deleted where the stage protects it', () => {
    expect(poolWith(true).one('aws_cognito_user_pool')).toMatchObject({
      deletion_protection: 'ACTIVE',
      lifecycle: { prevent_destroy: true },
    });
  });
});
