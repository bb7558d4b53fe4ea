/** An HTTP endpoint as enrichment (API destination or API Gateway): one event a call, so a pipe with it cannot batch. */
import { faultOfStatus } from './aws-rejection.js';
import { MAX_ENRICHMENT_BYTES, type EnrichedCall, type PipeEnrichment } from './enrichment.js';
import { must } from './refusal.js';
import { enrichmentKindOf } from './service-arn.js';
import { type FailedCall, type OutgoingRecord } from './target.js';
import { dynamicParameter, type DynamicParameter } from './target/dynamic-parameter.js';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const;

export interface HttpEnrichmentOptions {
  /** Of the API destination, or of the API's stage, method and path. */
  readonly arn: string;
  readonly method: (typeof METHODS)[number];
  /** Each `*` in its path stands for the next of `pathParameterValues`. */
  readonly endpoint: string;
  /** What the API destination's connection adds: authorization. Never shown in the execution log. */
  readonly connectionHeaders?: Readonly<Record<string, string>>;
  /** Texts or paths. https://docs.aws.amazon.com/eventbridge/latest/pipes-reference/API_PipeEnrichmentHttpParameters.html */
  readonly parameters?: {
    readonly pathParameterValues?: readonly string[];
    readonly headerParameters?: Readonly<Record<string, string>>;
    readonly queryStringParameters?: Readonly<Record<string, string>>;
  };
}

interface HttpRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** None for GET and HEAD. */
  readonly body?: string;
}

/** @throws PipeValidationError for parameters that do not go together. */
export function httpEnrichment(options: HttpEnrichmentOptions): PipeEnrichment {
  const { arn, method, connectionHeaders = {} } = options;
  must(METHODS.includes(method), 'HttpMethod', method, `it must be one of ${METHODS.join(', ')}`);
  const requestOf = requestMaker(options);
  return {
    arn,
    kind: enrichmentKindOf(arn),
    maxBatchSize: 1,
    async invoke(batch, { signal }) {
      const [record] = batch;
      if (record === undefined) throw new Error('An HTTP enrichment is called with one event');
      let request: HttpRequest;
      try {
        request = requestOf(record);
      } catch (error) {
        return { outcome: 'failed', fault: 'customer', error: { message: messageOf(error) } };
      }
      try {
        return { request, ...(await send(request, connectionHeaders, signal)) };
      } catch (error) {
        return { outcome: 'failed', fault: 'internal', error: { message: messageOf(error) }, request };
      }
    },
  };
}

/** @throws PipeValidationError for what AWS refuses; the maker throws an Error when the event lacks a dynamic value. */
function requestMaker({
  method,
  endpoint,
  parameters = {},
}: HttpEnrichmentOptions): (record: OutgoingRecord) => HttpRequest {
  const at = (name: string): string => `EnrichmentParameters.HttpParameters.${name}`;
  must(URL.canParse(endpoint) && /^https?:/.test(endpoint), 'InvocationEndpoint', endpoint, 'it must be an HTTP URL');
  const { pathParameterValues = [], headerParameters = {}, queryStringParameters = {} } = parameters;
  const { origin, pathname, search } = new URL(endpoint);
  const segments = pathname.split('*');
  const rule = `the endpoint has ${segments.length - 1} wildcards in its path`;
  must(pathParameterValues.length === segments.length - 1, at('PathParameterValues'), pathParameterValues, rule);
  const values = pathParameterValues.map((value) => dynamicParameter(at('PathParameterValues'), value, 512));
  const headers = readers(at('HeaderParameters'), headerParameters);
  const query = readers(at('QueryStringParameters'), queryStringParameters);
  return ({ text, event }) => {
    const path = segments.map((segment, index) => `${segment}${encodeURIComponent(values[index]?.(event) ?? '')}`);
    const url = new URL(`${path.join('')}${search}`, origin);
    for (const [name, read] of query) url.searchParams.append(name, read(event));
    return {
      method,
      url: url.href,
      headers: sendable({
        'content-type': 'application/json; charset=utf-8',
        ...Object.fromEntries(headers.map(([name, read]) => [name, read(event)])),
      }),
      ...(method !== 'GET' && method !== 'HEAD' && { body: text }),
    };
  };
}

/** @throws TypeError for what no header can hold, such as a line break or a letter beyond Latin-1. */
const sendable = (headers: Record<string, string>): Record<string, string> => Object.fromEntries(new Headers(headers));

const readers = (field: string, given: Readonly<Record<string, string>>): [string, DynamicParameter][] =>
  Object.entries(given).map(([name, value]) => [name, dynamicParameter(`${field}.${name}`, value, 512)]);

/** Redirections are not followed: they count as a refusal. */
async function send(
  { url, headers, ...request }: HttpRequest,
  connectionHeaders: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<EnrichedCall | FailedCall> {
  const response = await fetch(url, {
    ...request,
    headers: { ...headers, ...connectionHeaders },
    redirect: 'manual',
    signal,
  });
  const body = await readLimited(response);
  if (body === undefined) {
    const message = `The answer has more than ${MAX_ENRICHMENT_BYTES} bytes, a pipe takes no more from an enrichment`;
    return { outcome: 'failed', fault: 'customer', error: { httpStatusCode: response.status, message } };
  }
  if (response.ok) return { outcome: 'success', response: body };
  const message = `The enrichment answered ${response.status}`;
  const error = { httpStatusCode: response.status, message, details: body.slice(0, 1_000) };
  return { outcome: 'failed', ...faultOfStatus(response.status), error, response: body };
}

/** Undefined when the body is longer than an enrichment's answer may be: the rest is not read. */
async function readLimited({ body }: Response): Promise<string | undefined> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  const stream: AsyncIterable<Uint8Array> | null = body;
  // Leaving the loop early cancels the body, which closes the connection.
  for await (const chunk of stream ?? []) {
    bytes += chunk.length;
    if (bytes > MAX_ENRICHMENT_BYTES) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** `fetch` says only that it failed; its cause says why. */
function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
