/** What a service reads from its environment: once, at start, with every mistake told together. */
import * as z from 'zod';
import { areOrigins, CORS_ORIGINS_FORM, originsIn } from './cors-origins.js';

const LOG_LEVELS = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'CRITICAL', 'SILENT'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

const TABLE_NAME = z.string('is not set; give the name of the table').min(3, 'must be the name of a table');
const LOG_LEVEL = z
  .string()
  .toUpperCase()
  .pipe(z.enum(LOG_LEVELS, `must be one of ${LOG_LEVELS.join(', ')}`))
  .default('INFO');

const TOKEN_ISSUER = z.string('is not set; jwt mode needs the issuer of the tokens').min(1, 'must be an issuer');
const TOKEN_AUDIENCE = z.string('is not set; jwt mode needs the client that tokens are for').min(1, 'must be a client');
const TOKEN_JWKS_URI = z
  .string('is not set; jwt mode needs the address of the issuer’s keys')
  .refine(
    mayHoldKeys,
    'must be an https address, or an http address of this machine or of a container beside this one',
  );

/** Over plain http only from where nobody stands between: this machine, or a container beside this one (a bare name). */
function mayHoldKeys(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return (
    protocol === 'https:' || (protocol === 'http:' && /^(?:127(?:\.\d+){3}|\[::1\]|[a-z][a-z0-9-]*)$/.test(hostname))
  );
}

/** Whose tokens are good, in jwt mode. */
const authSchema = z
  .discriminatedUnion(
    'AUTH_MODE',
    [
      z.object({ AUTH_MODE: z.literal('open') }),
      z.object({ AUTH_MODE: z.literal('jwt'), TOKEN_ISSUER, TOKEN_JWKS_URI, TOKEN_AUDIENCE }),
    ],
    'must be set to open or jwt; it is never inferred',
  )
  .transform((env) =>
    env.AUTH_MODE === 'open'
      ? { authMode: env.AUTH_MODE }
      : {
          authMode: env.AUTH_MODE,
          tokens: { issuer: env.TOKEN_ISSUER, jwksUri: env.TOKEN_JWKS_URI, audience: env.TOKEN_AUDIENCE },
        },
  );

const PORT = z
  .string('is not set; give the port to listen on, such as 3001, or 0 for any free one')
  .regex(/^\d{1,5}$/, 'must be a port number')
  .transform(Number)
  .pipe(z.number().max(65_535, 'must be at most 65535'));

const HOST = z.string().min(1, 'must be an address to listen on').default('127.0.0.1');

const ORDER_EVENTS_TOPIC_ARN = z
  .string('is not set; give the ARN of the topic')
  .regex(/^arn:[^:]+:sns:[^:]+:[^:]+:.+$/, 'must be the ARN of an SNS topic');

const PRODUCT_PURCHASES_QUEUE_URL = z
  .string('is not set; give the URL of the queue')
  .regex(/^https?:\/\/.+\.fifo$/, 'must be the URL of a FIFO queue');

/** Comma separated origins; unset means any origin in open mode, none in jwt mode. */
const CORS_ORIGINS = z.string().refine(areOrigins, `must be ${CORS_ORIGINS_FORM}`).transform(originsIn).optional();

const serviceSchema = z.intersection(
  z.object({ TABLE_NAME, AUTH_MODE: z.unknown().optional(), CORS_ORIGINS, LOG_LEVEL }).transform((env) => ({
    tableName: env.TABLE_NAME,
    corsOrigins: env.CORS_ORIGINS ?? (env.AUTH_MODE === 'open' ? ['*'] : []),
    logLevel: env.LOG_LEVEL,
  })),
  authSchema,
);

/** Where users are kept, for the service that makes them. */
const userPoolSchema = z
  .object({
    USER_POOL_ID: z
      .string('is not set; give the id of the user pool')
      .regex(/^[\w-]+_[0-9a-zA-Z]+$/, 'must be a pool’s id'),
    USER_POOL_CLIENT_ID: z
      .string('is not set; give the id of the pool’s client')
      .regex(/^[\w+]+$/, 'must be a client’s id'),
  })
  .transform((env) => ({ poolId: env.USER_POOL_ID, clientId: env.USER_POOL_CLIENT_ID }));

const notifierSchema = z
  .object({ TABLE_NAME, ORDER_EVENTS_TOPIC_ARN, LOG_LEVEL })
  .transform((env) => ({ tableName: env.TABLE_NAME, topicArn: env.ORDER_EVENTS_TOPIC_ARN, logLevel: env.LOG_LEVEL }));

const purchaseQueueSchema = z
  .object({ PRODUCT_PURCHASES_QUEUE_URL })
  .transform((env) => ({ queueUrl: env.PRODUCT_PURCHASES_QUEUE_URL }));

const writerSchema = z
  .object({ TABLE_NAME, LOG_LEVEL })
  .transform((env) => ({ tableName: env.TABLE_NAME, logLevel: env.LOG_LEVEL }));

const metricSchema = z
  .object({
    POWERTOOLS_METRICS_NAMESPACE: z
      .string()
      .regex(/^[A-Za-z0-9._/#:-]{1,255}$/, 'must be a namespace of CloudWatch')
      .optional(),
  })
  .transform((env) => env.POWERTOOLS_METRICS_NAMESPACE);

const serverSchema = z.intersection(
  serviceSchema,
  z.object({ PORT, HOST }).transform((env) => ({ port: env.PORT, host: env.HOST })),
);

export type ServiceConfig = z.output<typeof serviceSchema>;
export type NotifierConfig = z.output<typeof notifierSchema>;
export type PurchaseQueueConfig = z.output<typeof purchaseQueueSchema>;
export type UserPoolConfig = z.output<typeof userPoolSchema>;
export type WriterConfig = z.output<typeof writerSchema>;
export type ServerConfig = z.output<typeof serverSchema>;
export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown at start; the message lists each wrong variable on a line of its own. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';

  constructor(readonly mistakes: readonly string[]) {
    super(`The environment is not usable:\n${mistakes.map((mistake) => `- ${mistake}`).join('\n')}`);
  }
}

/** Settings of an HTTP service. @throws ConfigError */
export const readServiceConfig = (env: Environment = process.env): ServiceConfig => read(serviceSchema, env);

/** Settings of an HTTP service that listens on a port itself. @throws ConfigError */
export const readServerConfig = (env: Environment = process.env): ServerConfig => read(serverSchema, env);

/** Settings of the notifier. @throws ConfigError */
export const readNotifierConfig = (env: Environment = process.env): NotifierConfig => read(notifierSchema, env);

/** Where the purchase service sends its events. @throws ConfigError */
export const readPurchaseQueueConfig = (env: Environment = process.env): PurchaseQueueConfig =>
  read(purchaseQueueSchema, env);

/** Where the service's own metrics go; undefined when nobody takes them. @throws ConfigError */
export const readMetricNamespace = (env: Environment = process.env): string | undefined => read(metricSchema, env);

/** Where the user service keeps who can sign in. @throws ConfigError */
export const readUserPoolConfig = (env: Environment = process.env): UserPoolConfig => read(userPoolSchema, env);

/** Settings of the purchase writer. @throws ConfigError */
export const readWriterConfig = (env: Environment = process.env): WriterConfig => read(writerSchema, env);

function read<Schema extends z.ZodType>(schema: Schema, env: Environment): z.output<Schema> {
  const result = schema.safeParse(env);
  if (result.success) return result.data;
  throw new ConfigError(result.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
}
