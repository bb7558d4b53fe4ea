/** Serves API Gateway's proxy events with a service's HTTP application. */
import { configure } from '@codegenie/serverless-express';
import { type APIGatewayProxyEvent, type APIGatewayProxyResult, type Context } from 'aws-lambda';
import { readServiceConfig } from '../config.js';
import { requestIdFrom } from '../id.js';
import { createHttpApp, type ServiceModule } from './create-http-app.js';

export type HttpHandler = (event: APIGatewayProxyEvent, context: Context) => Promise<APIGatewayProxyResult>;

/**
 * The handler of a Lambda function. The application is built at once, outside of any invocation.
 * @throws ConfigError when the environment is not usable
 */
export function createHttpHandler(service: ServiceModule): HttpHandler {
  const config = readServiceConfig();
  const serving = createHttpApp(service, config).then((app) => {
    const server = app.getHttpAdapter().getInstance() as Parameters<typeof configure>[0]['app'];
    return configure<APIGatewayProxyEvent, APIGatewayProxyResult>({
      app: server,
      eventSource: { getRequest: requestOf, getResponse: resultOf },
      eventSourceName: 'AWS_API_GATEWAY_V1',
    });
  });
  // A failure is told by each invocation; here it would only end the process without a reason.
  serving.catch(() => undefined);
  return async (event, context) => {
    const handle = await serving;
    return handle(event, context, () => undefined) as Promise<APIGatewayProxyResult>;
  };
}

interface HttpRequest {
  method: string;
  path: string;
  headers: Record<string, string>;
  body?: Buffer;
  remoteAddress: string;
}

/**
 * The HTTP request in a proxy event. `path` is used, which has no stage: the adapter's own reading takes the greedy path
 * parameter for the whole path, so `/orders/{proxy+}` would lose its `/orders`.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
function requestOf({ event }: { event: APIGatewayProxyEvent }): HttpRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(event.headers ?? {}))
    if (value !== undefined) headers[name.toLowerCase()] = value;
  for (const [name, values] of Object.entries(event.multiValueHeaders ?? {}))
    if (values !== undefined) headers[name.toLowerCase()] = values.join(', ');
  // A caller that names no request id gets the gateway's, so that one id leads through both logs.
  if (requestIdFrom(headers['x-request-id']) !== headers['x-request-id'])
    headers['x-request-id'] = event.requestContext.requestId;
  const body = event.body ? Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8') : undefined;
  delete headers['transfer-encoding'];
  headers['content-length'] = String(body?.length ?? 0);
  return {
    method: event.httpMethod,
    path: pathOf(event.path) + queryOf(event),
    headers,
    ...(body && { body }),
    remoteAddress: event.requestContext.identity?.sourceIp ?? '',
  };
}

/** Escapes what may not stand in a URL and leaves what is escaped already. */
const pathOf = (path: string): string =>
  (path.startsWith('/') ? path : `/${path}`).replace(/[^\x21-\x7e]|[?#]/gu, (character) =>
    encodeURIComponent(wellFormed(character)),
  );

/** Values in an event are decoded. */
function queryOf({
  multiValueQueryStringParameters: multiple,
  queryStringParameters: single,
}: APIGatewayProxyEvent): string {
  const pairs = Object.entries(multiple ?? {}).flatMap(([name, values]) =>
    (values ?? []).map((value) => [name, value]),
  );
  if (multiple === null || multiple === undefined)
    for (const [name, value] of Object.entries(single ?? {})) if (value !== undefined) pairs.push([name, value]);
  const query = pairs.map((pair) => pair.map((text) => encodeURIComponent(wellFormed(text))).join('=')).join('&');
  return query === '' ? '' : `?${query}`;
}

/** Broken Unicode becomes a replacement character, which no field takes, and not an exception. */
const wellFormed = (text: string): string => text.replace(/\p{Cs}/gu, '\ufffd');

interface HttpResponse {
  statusCode: number;
  body: string;
  headers: Record<string, number | string | string[]>;
  isBase64Encoded: boolean;
}

function resultOf({ statusCode, body, headers, isBase64Encoded }: HttpResponse): APIGatewayProxyResult {
  const multiValueHeaders = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, (Array.isArray(value) ? value : [value]).map(String)]),
  );
  return { statusCode, body, multiValueHeaders, isBase64Encoded };
}
