/**
 * What Cognito answers to a call that it refuses, under its own names.
 * https://docs.aws.amazon.com/cognito-user-identity-pools/latest/APIReference/CommonErrors.html
 */
type CognitoErrorCode =
  | 'GroupExistsException'
  | 'InvalidParameterException'
  | 'InvalidPasswordException'
  | 'LimitExceededException'
  | 'NotAuthorizedException'
  | 'ResourceNotFoundException'
  | 'UserNotFoundException'
  | 'UsernameExistsException';

export class CognitoError extends Error {
  override readonly name: CognitoErrorCode;

  constructor(code: CognitoErrorCode, message: string) {
    super(message);
    this.name = code;
  }
}
