/**
 * CloudWatch's three ways of wording one API: JSON (SDK for JavaScript), CBOR (command line and Boto of today) and query
 * with XML (those of before). https://smithy.io/2.0/additional-specs/protocols/smithy-rpc-v2.html
 */
import { cbor, dateToTag } from '@smithy/core/cbor';
import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { escapeXml, type AwsResponse } from '../endpoint/aws-response.js';
import { type CloudWatchError } from './cloudwatch-error.js';

const NAMESPACE = 'http://monitoring.amazonaws.com/doc/2010-08-01/';

/** Unpacked; CloudWatch takes 1 MB packed. */
const LARGEST_BODY = 16 * 1024 * 1024;

/** The members of a request: times are seconds or text, numbers of the query protocol text. */
export function inputOf({ protocol, headers, body }: AwsRequest): unknown {
  // SDKs compress large PutMetricData calls.
  const plain = headers['content-encoding'] === 'gzip' ? gunzipSync(body, { maxOutputLength: LARGEST_BODY }) : body;
  if (protocol === 'query') {
    const { Action: _action, Version: _version, ...members } = nested(new URLSearchParams(plain.toString()));
    return members;
  }
  if (plain.length === 0) return {};
  return protocol === 'cbor' ? withoutTags(cbor.deserialize(plain)) : JSON.parse(plain.toString());
}

/** Dates in the output become what the protocol makes of them; members that are undefined are left out. */
export function answer({ protocol, operation }: AwsRequest, output: object): AwsResponse {
  const requestId = randomUUID();
  const headers = { 'x-amzn-requestid': requestId };
  if (protocol === 'query') {
    const members = xml(output, (date) => date.toISOString());
    const body =
      `<${operation}Response xmlns="${NAMESPACE}"><${operation}Result>${members}</${operation}Result>` +
      `<ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${operation}Response>`;
    return { status: 200, headers: { ...headers, 'content-type': 'text/xml' }, body };
  }
  if (protocol === 'cbor') {
    const body = Buffer.from(cbor.serialize(mapped(output, dateToTag)));
    const type = { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' };
    return { status: 200, headers: { ...headers, ...type }, body };
  }
  const body = JSON.stringify(mapped(output, (date) => date.getTime() / 1000));
  return { status: 200, headers: { ...headers, 'content-type': 'application/x-amz-json-1.0' }, body };
}

/** Clients that know CloudWatch's errors by their older codes find those in a header. */
export const queryErrorHeader = ({ code, status }: CloudWatchError): Record<string, string> => ({
  'x-amzn-query-error': `${code};${status < 500 ? 'Sender' : 'Receiver'}`,
});

/** `MetricData.member.1.MetricName=Orders` as `{ MetricData: [{ MetricName: 'Orders' }] }`. */
function nested(form: URLSearchParams): Record<string, unknown> {
  const root = new Map<string, unknown>();
  for (const [path, value] of form) {
    const steps = path.split('.');
    const last = steps.pop() ?? '';
    let at = root;
    for (const step of steps) {
      const next = at.get(step);
      const inner = next instanceof Map ? (next as Map<string, unknown>) : new Map<string, unknown>();
      at.set(step, inner);
      at = inner;
    }
    at.set(last, value);
  }
  return plain(root) as Record<string, unknown>;
}

function plain(value: unknown): unknown {
  if (!(value instanceof Map)) return value;
  const members = value as Map<string, unknown>;
  const list = members.get('member');
  if (list instanceof Map && members.size === 1) return [...(list as Map<string, unknown>).values()].map(plain);
  return Object.fromEntries([...members].map(([name, member]) => [name, plain(member)]));
}

/** Times are tagged numbers of seconds. */
function withoutTags(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutTags);
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value;
  if ('tag' in value && 'value' in value && Object.keys(value).length === 2) return value.value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, withoutTags(member)]));
}

function mapped(value: unknown, ofDate: (date: Date) => unknown): unknown {
  if (value instanceof Date) return ofDate(value);
  if (Array.isArray(value)) return value.map((member) => mapped(member, ofDate));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return Object.fromEntries(members.map(([name, member]) => [name, mapped(member, ofDate)]));
}

function xml(value: unknown, ofDate: (date: Date) => string): string {
  if (value instanceof Date) return ofDate(value);
  if (Array.isArray(value)) return value.map((member) => `<member>${xml(member, ofDate)}</member>`).join('');
  if (typeof value !== 'object' || value === null) return escapeXml(String(value));
  return Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .map(([name, member]) => `<${name}>${xml(member, ofDate)}</${name}>`)
    .join('');
}
