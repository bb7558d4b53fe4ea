/** An error as CloudWatch Logs names it; the name is AWS's code. */
export class LogsError extends Error {
  constructor(
    override readonly name:
      | 'InvalidParameterException'
      | 'LimitExceededException'
      | 'ResourceAlreadyExistsException'
      | 'ResourceNotFoundException',
    message: string,
  ) {
    super(message);
  }
}
