/** Answers of the AWS endpoint, worded as the service's own protocol words them. */
import { randomUUID } from 'node:crypto';
import { type OutgoingHttpHeaders } from 'node:http';
import { type AwsRequest } from './aws-request.js';

export interface AwsResponse {
  readonly status: number;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer | string;
  /** The connection is cut instead: the caller never learns what happened. */
  readonly lost?: boolean;
  /** The journal does not hear of the call: nothing was tried, and callers come back by the hundred. */
  readonly untold?: boolean;
}

/** An error as the service's clients parse it. `extra` holds further members of a JSON error. */
export function awsError(
  { protocol, service }: Pick<AwsRequest, 'protocol' | 'service'>,
  status: number,
  code: string,
  message: string,
  extra: Record<string, unknown> = {},
): AwsResponse {
  const requestId = randomUUID();
  const headers: OutgoingHttpHeaders = { 'x-amzn-requestid': requestId, 'x-amzn-errortype': code };
  if (protocol === 'query') {
    const fault = status < 500 ? 'Sender' : 'Receiver';
    const body =
      `<ErrorResponse><Error><Type>${fault}</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error>` +
      `<RequestId>${requestId}</RequestId></ErrorResponse>`;
    return { status, headers: { ...headers, 'content-type': 'text/xml' }, body };
  }
  if (protocol === 'cbor') {
    const type = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
    return { status, headers: { ...headers, ...type }, body: cborTexts({ __type: code, message }) };
  }
  if (service === 's3') {
    const body = `<Error><Code>${code}</Code><Message>${escapeXml(message)}</Message><RequestId>${requestId}</RequestId></Error>`;
    return { status, headers: { ...headers, 'content-type': 'application/xml' }, body };
  }
  const type = protocol === 'json' ? 'application/x-amz-json-1.0' : 'application/json';
  return {
    status,
    headers: { ...headers, 'content-type': type },
    body: JSON.stringify({ __type: code, message, ...extra }),
  };
}

/** Not now: clients try again after a 503, and no sooner than it says. */
export function unavailable(request: Pick<AwsRequest, 'protocol' | 'service'>, message: string): AwsResponse {
  const error = awsError(request, 503, 'ServiceUnavailable', message);
  return { ...error, headers: { ...error.headers, 'retry-after': '1' } };
}

/** What the local stack does not have: refused by name, with a status that clients do not retry. */
export const notImplemented = (request: Pick<AwsRequest, 'protocol' | 'service' | 'operation'>): AwsResponse =>
  awsError(
    request,
    501,
    'NotImplemented',
    `The local stack does not emulate ${request.service}: ${request.operation}.`,
  );

/** A map of a few texts in CBOR: all that an error is made of. https://www.rfc-editor.org/rfc/rfc8949#section-3.1 */
function cborTexts(members: Record<string, string>): Buffer {
  const text = (value: string): Buffer => {
    const bytes = Buffer.from(value);
    const head = Buffer.from([0x7a, 0, 0, 0, 0]);
    head.writeUInt32BE(bytes.length, 1);
    return Buffer.concat([head, bytes]);
  };
  const entries = Object.entries(members);
  return Buffer.concat([Buffer.from([0xa0 + entries.length]), ...entries.flat().map(text)]);
}

/** Text as XML takes it. */
export const escapeXml = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
