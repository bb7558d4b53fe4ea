/** Whose fault it is when a call to a service fails: decides whether the try is counted. */
import { type FailedCall } from './target.js';

/** Names under which services refuse a caller who is too fast. */
const THROTTLES = new Set([
  'TooManyRequestsException',
  'ThrottlingException',
  'ThrottledException',
  'Throttling',
  'RequestThrottled',
  'EC2ThrottledException',
  'LimitExceededException',
]);

/**
 * What an AWS SDK's rejection means. Only an answer that blames the caller counts as the customer's; everything else
 * (service errors, throttling, a connection that fails) may pass by itself.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-error-troubleshooting.html
 */
export function failedByRejection(error: unknown, awsService: string): FailedCall {
  const { name, message, $fault, $metadata } = (error ?? {}) as {
    name?: string;
    message?: string;
    $fault?: string;
    $metadata?: { httpStatusCode?: number; requestId?: string };
  };
  const status = $metadata?.httpStatusCode;
  const throttled = status === 429 || THROTTLES.has(name ?? '');
  return {
    outcome: 'failed',
    fault: $fault === 'client' && !throttled ? 'customer' : 'internal',
    throttled,
    error: {
      message: message !== undefined && message !== '' ? message : String(name ?? error),
      awsService,
      ...(status !== undefined && { httpStatusCode: status }),
      ...($metadata?.requestId !== undefined && { requestId: $metadata.requestId }),
      ...(name !== undefined && { details: name }),
    },
  };
}

/** What an HTTP status of 400 or more means, by the same rule. */
export function faultOfStatus(status: number): Pick<FailedCall, 'fault' | 'throttled'> {
  return { fault: status >= 500 || status === 429 ? 'internal' : 'customer', throttled: status === 429 };
}
