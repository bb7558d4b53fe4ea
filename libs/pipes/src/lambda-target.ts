/** A Lambda function as target, called and waited for (REQUEST_RESPONSE): one call a batch, a bare JSON array. */
import { readBatchReport } from './batch-failures.js';
import { type PipeTarget, type TargetError, type TargetResult } from './target.js';

/** What Lambda's Invoke answers. https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html */
export interface LambdaReply {
  readonly statusCode: number;
  /** Set when the function itself failed: `Unhandled`, `Handled`. */
  readonly functionError?: string | undefined;
  readonly payload: string;
}

export interface LambdaTargetOptions {
  readonly arn: string;
  /** Calls the function; rejects with the AWS SDK's error shape, or with any error when it cannot be reached. */
  readonly invoke: (payload: string, signal: AbortSignal) => Promise<LambdaReply>;
}

/** Lambda's limit of a synchronous payload. https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
export const MAX_PAYLOAD_BYTES = 6 * 1024 * 1024;

const THROTTLES = new Set(['TooManyRequestsException', 'ThrottlingException', 'EC2ThrottledException']);

export function lambdaTarget({ arn, invoke }: LambdaTargetOptions): PipeTarget {
  return {
    arn,
    kind: 'lambda',
    maxBatchSize: 10_000,
    maxPayloadBytes: MAX_PAYLOAD_BYTES,
    async invoke(batch, signal) {
      try {
        return classify(await invoke(JSON.stringify(batch), signal), batch);
      } catch (error) {
        return classifyRejection(error);
      }
    },
  };
}

function classify({ statusCode, functionError, payload }: LambdaReply, batch: readonly unknown[]): TargetResult {
  const failed = (
    fault: 'customer' | 'internal',
    error: Omit<TargetError, 'awsService' | 'httpStatusCode'>,
  ): TargetResult => ({
    outcome: 'failed',
    fault,
    throttled: statusCode === 429,
    error: { httpStatusCode: statusCode, awsService: 'lambda', ...error },
    response: payload,
  });
  if (functionError !== undefined && functionError !== '') {
    return failed('customer', { message: functionMessage(payload) ?? functionError, details: payload });
  }
  if (statusCode >= 500 || statusCode === 429) return failed('internal', { message: `Lambda answered ${statusCode}` });
  if (statusCode >= 400) return failed('customer', { message: `Lambda answered ${statusCode}`, details: payload });
  const report = readBatchReport(payload, batch);
  if ('invalid' in report) return failed('customer', { message: `Invalid batch response: ${report.invalid}` });
  if (report.failed.length === 0) return { outcome: 'success', response: payload };
  return { outcome: 'partial', failed: report.failed, response: payload };
}

/** Only an answer that blames the caller counts as the customer's; everything else may pass by itself. */
function classifyRejection(error: unknown): TargetResult {
  const { name, message, $fault, $metadata } = error as {
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
      awsService: 'lambda',
      ...(status !== undefined && { httpStatusCode: status }),
      ...($metadata?.requestId !== undefined && { requestId: $metadata.requestId }),
      ...(name !== undefined && { details: name }),
    },
  };
}

function functionMessage(payload: string): string | undefined {
  try {
    const body = JSON.parse(payload) as { errorMessage?: unknown } | null;
    return typeof body?.errorMessage === 'string' ? body.errorMessage : undefined;
  } catch {
    return undefined;
  }
}
