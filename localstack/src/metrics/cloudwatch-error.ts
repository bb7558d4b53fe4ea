/** An error of CloudWatch: its shape's name, and the code that clients of the query protocol know it by. */
export class CloudWatchError extends Error {
  constructor(
    override readonly name: keyof typeof CODES | 'NotImplemented',
    message: string,
  ) {
    super(message);
  }

  get code(): string {
    return this.name === 'NotImplemented' ? this.name : CODES[this.name];
  }

  get status(): number {
    if (this.name === 'NotImplemented') return 501;
    return this.name === 'ResourceNotFound' ? 404 : 400;
  }
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CommonErrors.html */
const CODES = {
  InvalidNextToken: 'InvalidNextToken',
  InvalidParameterCombinationException: 'InvalidParameterCombination',
  InvalidParameterValueException: 'InvalidParameterValue',
  ResourceNotFound: 'ResourceNotFound',
  ValidationError: 'ValidationError',
} as const;
