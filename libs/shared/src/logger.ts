/** JSON lines for people and for CloudWatch Logs, one for each request. */
import { Logger } from '@aws-lambda-powertools/logger';
import { type LogLevel } from './config.js';

/** @param serviceName appears in each line as `service` */
export const createLogger = (serviceName: string, logLevel: LogLevel): Logger => new Logger({ serviceName, logLevel });

/**
 * The root of an X-Ray trace header, `1-<8 hex>-<24 hex>`.
 * https://docs.aws.amazon.com/xray/latest/devguide/xray-concepts.html#xray-concepts-tracingheader
 */
export const traceIdFrom = (header: string | undefined): string | undefined =>
  /(?:^|;)\s*Root=(1-[0-9a-f]{8}-[0-9a-f]{24})(?:;|$)/.exec(header ?? '')?.[1];

/**
 * What may be logged of a failure: names, never a stack, a service's own message or a caller's data.
 * The message is kept only for errors of the language itself, which our own code causes.
 */
export function describeError(error: unknown): Record<string, string | number> {
  if (!(error instanceof Error)) return { errorName: typeof error };
  const { code, $metadata } = error as { code?: unknown; $metadata?: { requestId?: string; httpStatusCode?: number } };
  const own = [TypeError, RangeError, ReferenceError].some((kind) => error instanceof kind) && $metadata === undefined;
  return {
    errorName: error.name,
    ...(own && { errorMessage: error.message }),
    ...(typeof code === 'string' && { errorCode: code }),
    ...($metadata?.requestId !== undefined && { awsRequestId: $metadata.requestId }),
    ...($metadata?.httpStatusCode !== undefined && { awsStatus: $metadata.httpStatusCode }),
    ...(error.cause !== undefined && { cause: describeCause(error.cause) }),
  };
}

const describeCause = (cause: unknown): string => {
  if (!(cause instanceof Error)) return typeof cause;
  const { code } = cause as { code?: unknown };
  return typeof code === 'string' ? `${cause.name} ${code}` : cause.name;
};
