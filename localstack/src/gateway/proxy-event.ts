/**
 * The event of a REST API's Lambda proxy integration, in AWS's exact shape.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/set-up-lambda-proxy-integrations.html#api-gateway-simple-proxy-for-lambda-input-format
 */
import { isUtf8 } from 'node:buffer';
import { type IncomingMessage } from 'node:http';
import { type APIGatewayProxyEvent } from 'aws-lambda';
import { ACCOUNT } from '../account.js';
import { HOP_BY_HOP } from '../hop-by-hop.js';
import { type TextClaims } from './authorizer.js';
import { type RouteMatch } from './route-table.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

export interface ProxyRequest {
  incoming: IncomingMessage;
  /** Without the stage and the query. */
  path: string;
  query: string;
  body: Buffer;
  match: RouteMatch;
  stage: string;
  apiId: string;
  requestId: string;
  traceRoot: string;
  receivedAt: Date;
  /** Of the caller's token, where the route asks for one. */
  claims: TextClaims | undefined;
}

export function proxyEvent(request: ProxyRequest): APIGatewayProxyEvent {
  const { incoming, path, query, body, match, stage, apiId, requestId, traceRoot, receivedAt, claims } = request;
  const httpMethod = incoming.method ?? 'GET';
  const multiValueHeaders = headersOf(incoming, traceRoot);
  const text = isUtf8(body);
  const multiValueQueryStringParameters = queryOf(query);
  const host = incoming.headers.host ?? 'localhost';
  return {
    resource: match.resource,
    path,
    httpMethod,
    headers: lastOf(multiValueHeaders),
    multiValueHeaders,
    queryStringParameters: multiValueQueryStringParameters && lastOf(multiValueQueryStringParameters),
    multiValueQueryStringParameters,
    pathParameters: Object.keys(match.pathParameters).length === 0 ? null : match.pathParameters,
    stageVariables: null,
    requestContext: {
      accountId: ACCOUNT,
      apiId,
      authorizer: claims === undefined ? null : { claims },
      domainName: host,
      domainPrefix: apiId,
      extendedRequestId: requestId,
      httpMethod,
      identity: {
        accessKey: null,
        accountId: null,
        apiKey: null,
        apiKeyId: null,
        caller: null,
        clientCert: null,
        cognitoAuthenticationProvider: null,
        cognitoAuthenticationType: null,
        cognitoIdentityId: null,
        cognitoIdentityPoolId: null,
        principalOrgId: null,
        sourceIp: incoming.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1',
        user: null,
        userAgent: incoming.headers['user-agent'] ?? null,
        userArn: null,
      },
      path: `/${stage}${path}`,
      protocol: `HTTP/${incoming.httpVersion}`,
      requestId,
      requestTime: requestTime(receivedAt),
      requestTimeEpoch: receivedAt.getTime(),
      resourceId: match.resource,
      resourcePath: match.resource,
      stage,
    },
    // A REST API passes bodies as text; only what is no text needs base64.
    body: body.length === 0 ? null : text ? body.toString() : body.toString('base64'),
    isBase64Encoded: body.length > 0 && !text,
  };
}

/** Header names as the client wrote them; the first spelling of a repeated one is kept. */
function headersOf(incoming: IncomingMessage, traceRoot: string): Record<string, string[]> {
  const spelling = new Map<string, string>();
  // No prototype: a header named constructor is a header like any other.
  const headers = Object.create(null) as Record<string, string[]>;
  const add = (name: string, value: string): void => {
    const lower = name.toLowerCase();
    if (HOP_BY_HOP.has(lower)) return;
    const spelled = spelling.get(lower) ?? name;
    spelling.set(lower, spelled);
    (headers[spelled] ??= []).push(value);
  };
  const { rawHeaders } = incoming;
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) add(rawHeaders[at] ?? '', rawHeaders[at + 1] ?? '');
  delete headers[spelling.get('x-amzn-trace-id') ?? ''];
  headers['X-Amzn-Trace-Id'] = [`Root=${traceRoot}`];
  add('X-Forwarded-For', incoming.socket.remoteAddress?.replace(/^::ffff:/, '') ?? '127.0.0.1');
  add('X-Forwarded-Port', String(incoming.socket.localPort ?? ''));
  add('X-Forwarded-Proto', 'http');
  return headers;
}

function queryOf(query: string): Record<string, string[]> | null {
  if (query === '') return null;
  const values = Object.create(null) as Record<string, string[]>;
  for (const [name, value] of new URLSearchParams(query)) (values[name] ??= []).push(value);
  return values;
}

function lastOf(multiple: Record<string, string[]>): Record<string, string> {
  const single = Object.create(null) as Record<string, string>;
  for (const [name, values] of Object.entries(multiple)) single[name] = values.at(-1) ?? '';
  return single;
}

/** `09/Apr/2015:12:34:56 +0000`, the common log format of `$context.requestTime`. */
function requestTime(at: Date): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const day = `${two(at.getUTCDate())}/${MONTHS[at.getUTCMonth()]}/${at.getUTCFullYear()}`;
  return `${day}:${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} +0000`;
}
