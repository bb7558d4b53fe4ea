/** The variables a function reads, derived from its grants; a reader says what each reference is where it runs. */
import { type LambdaFunction, type Queue, type Table, type Topic, type UserPool } from './model.js';

export type Reference =
  | { readonly attribute: 'name'; readonly of: Table }
  | { readonly attribute: 'arn'; readonly of: Topic }
  | { readonly attribute: 'url'; readonly of: Queue }
  | { readonly attribute: 'issuer' | 'keys' | 'client' | 'id'; readonly of: UserPool };

/** What the runtime as a whole decides, and each function is told. */
export interface RuntimeSettings {
  readonly authMode: 'open' | 'jwt';
  /** Comma separated origins, `*`, or empty for none. */
  readonly corsOrigins: string;
  readonly logLevel: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';
}

/**
 * `TABLE_NAME`, `<TOPIC>_TOPIC_ARN`, `<QUEUE>_QUEUE_URL`, `TOKEN_*`, `USER_POOL_*`, the runtime's settings and the
 * function's own variables.
 * @param settings of the runtime, and the namespace of the functions' own metrics
 * @param resolve gives a reference's value in the runtime, for AWS a token
 */
export function environmentOf(
  lambda: LambdaFunction,
  settings: RuntimeSettings & { readonly metricNamespace: string },
  resolve: (reference: Reference) => string,
): Record<string, string> {
  const variables: Record<string, string> = {
    AUTH_MODE: settings.authMode,
    CORS_ORIGINS: settings.corsOrigins,
    LOG_LEVEL: settings.logLevel,
    POWERTOOLS_METRICS_NAMESPACE: settings.metricNamespace,
    POWERTOOLS_SERVICE_NAME: lambda.name,
  };
  for (const { on, access } of lambda.grants) {
    switch (on.kind) {
      case 'table':
        variables.TABLE_NAME = resolve({ attribute: 'name', of: on });
        break;
      case 'topic':
        variables[`${constantCase(on.name)}_TOPIC_ARN`] = resolve({ attribute: 'arn', of: on });
        break;
      case 'queue':
        variables[`${constantCase(on.name)}_QUEUE_URL`] = resolve({ attribute: 'url', of: on });
        break;
      case 'user-pool':
        if (access === 'verify') {
          variables.TOKEN_ISSUER = resolve({ attribute: 'issuer', of: on });
          variables.TOKEN_JWKS_URI = resolve({ attribute: 'keys', of: on });
          variables.TOKEN_AUDIENCE = resolve({ attribute: 'client', of: on });
        } else {
          variables.USER_POOL_ID = resolve({ attribute: 'id', of: on });
          variables.USER_POOL_CLIENT_ID = resolve({ attribute: 'client', of: on });
        }
        break;
    }
  }
  return { ...variables, ...lambda.environment };
}

/** `order-events` becomes `ORDER_EVENTS`, `work.fifo` becomes `WORK`. */
const constantCase = (name: string): string =>
  name
    .replace(/\.fifo$/, '')
    .replaceAll('-', '_')
    .toUpperCase();
