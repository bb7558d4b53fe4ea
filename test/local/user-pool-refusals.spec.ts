/** What the local user pool refuses, and by which of Cognito’s errors. */
import { after, before, describe, it } from 'node:test';
import {
  AdminAddUserToGroupCommand,
  AdminCreateUserCommand,
  AdminGetUserCommand,
  AdminSetUserPasswordCommand,
  AdminUpdateUserAttributesCommand,
  CreateGroupCommand,
  ForgotPasswordCommand,
  GlobalSignOutCommand,
  InitiateAuthCommand,
  SignUpCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { ClientId, password, PoolStack, refused, UserPoolId } from './pool-stack.js';

describe('the local user pool', () => {
  let pool: PoolStack;
  before(async () => {
    pool = await PoolStack.start();
  });
  after(() => pool.stop());

  it('refuses in Cognito’s own words', async () => {
    const Username = await pool.newUser();
    const refusals: [call: () => Promise<unknown>, code: string][] = [
      [() => pool.client.send(new AdminCreateUserCommand({ UserPoolId, Username })), 'UsernameExistsException'],
      [
        () => pool.client.send(new AdminCreateUserCommand({ UserPoolId, Username: 'has space' })),
        'InvalidParameterException',
      ],
      [() => pool.client.send(new AdminGetUserCommand({ UserPoolId, Username: 'nobody' })), 'UserNotFoundException'],
      [
        () => pool.client.send(new AdminGetUserCommand({ UserPoolId: 'us-east-1_other', Username })),
        'ResourceNotFoundException',
      ],
      [
        () => pool.client.send(new AdminAddUserToGroupCommand({ UserPoolId, Username, GroupName: 'none' })),
        'ResourceNotFoundException',
      ],
      [() => pool.client.send(new CreateGroupCommand({ UserPoolId, GroupName: 'admins' })), 'GroupExistsException'],
      [
        () =>
          pool.client.send(
            new AdminUpdateUserAttributesCommand({
              UserPoolId,
              Username,
              UserAttributes: [{ Name: 'custom:shoe', Value: '9' }],
            }),
          ),
        'InvalidParameterException',
      ],
      [
        () => pool.client.send(new SignUpCommand({ ClientId, Username: 'x', Password: password })),
        'NotAuthorizedException',
      ],
      [() => pool.client.send(new GlobalSignOutCommand({ AccessToken: 'x' })), 'NotAuthorizedException'],
      [
        () => pool.client.send(new InitiateAuthCommand({ AuthFlow: 'USER_SRP_AUTH', ClientId, AuthParameters: {} })),
        'InvalidParameterException',
      ],
    ];
    for (const Password of [' Secret-123', 'Secret-123 ', 'Secret 123', 'Short 1'])
      refusals.push(
        [
          () => pool.client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password })),
          'InvalidParameterException',
        ],
        [
          () =>
            pool.client.send(
              new AdminCreateUserCommand({ UserPoolId, Username: `${Username}-other`, TemporaryPassword: Password }),
            ),
          'InvalidParameterException',
        ],
      );
    for (const Password of ['Short-1', 'no-upper-1', 'NO-LOWER-1', 'No-digits', `Aa1${'x'.repeat(254)}`])
      refusals.push([
        () => pool.client.send(new AdminSetUserPasswordCommand({ UserPoolId, Username, Password })),
        'InvalidPasswordException',
      ]);
    for (const [call, code] of refusals) await expect(call()).rejects.toEqual(refused(code));
    const other = pool.client.send(new ForgotPasswordCommand({ ClientId, Username }));
    await expect(other).rejects.toMatchObject({
      name: 'NotImplemented',
      message: expect.stringContaining('ForgotPassword') as unknown,
    });
  });
});
