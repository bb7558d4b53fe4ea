/** The same hundred requests get the same answers from the embedded stack and from this runtime, ids and times apart. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { topology } from '../../libs/topology/src/topology.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { recordedRequests, type Recorded } from './recorded-requests.js';

/** What of an answer is compared; a header that names the moment or the machine is not. */
interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly allow: string | null;
  readonly body: unknown;
}

const run = `${Date.now().toString(36)}`;

/** What differs between two runs of the same requests: ids, times, cursors, and the machine's own address. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9A-Za-z]{27}\b/g, '<id>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<uuid>'],
  [/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '<time>'],
  [/"nextToken":"[^"]+"/g, '"nextToken":"<cursor>"'],
  [/http:\/\/127\.0\.0\.1:\d+/g, '<origin>'],
];

const masked = (text: string): string => MASKS.reduce((rest, [pattern, mask]) => rest.replaceAll(pattern, mask), text);

/** Sends the requests one after the other; each may use the id that an answer before it gave. */
async function play(apiUrl: string, requests: readonly Recorded[]): Promise<Answer[]> {
  const ids = new Map<string, string>();
  const answers: Answer[] = [];
  const filled = (text: string): string =>
    text.replaceAll('<run>', run).replaceAll(/<(\w+)\.id>/g, (_, name: string) => ids.get(name) ?? 'missing');
  for (const { method, path, body, headers = {}, remember } of requests) {
    const content = contentOf(body, filled);
    const response = await fetch(`${apiUrl}${filled(path)}`, {
      method,
      headers: { ...(content !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(content !== undefined && { body: content }),
    });
    const text = await response.text();
    const found = /"(?:orderId|productId)":"([^"]+)"/.exec(text)?.[1];
    if (remember !== undefined && found !== undefined) ids.set(remember, found);
    answers.push({
      status: response.status,
      type: response.headers.get('content-type'),
      allow: response.headers.get('allow'),
      body: parsed(masked(text)),
    });
  }
  return answers;
}

function contentOf(body: unknown, filled: (text: string) => string): string | undefined {
  if (body === undefined || typeof body === 'string') return body;
  return filled(JSON.stringify(body));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

describe('a recorded run of mixed requests', () => {
  const requests = recordedRequests();
  let embedded: LocalStack;
  let expected: Answer[];
  let actual: Answer[];

  before(async () => {
    embedded = await startLocalStack({ topology, root: 'dist', bundles: 'dist/functions' });
    expected = await play(embedded.apiUrl ?? '', requests);
    actual = await play(process.env.API_URL ?? '', requests);
  });

  after(() => embedded.stop());

  it('has a hundred requests or more, of every service and every kind of answer', () => {
    expect(requests.length).toBeGreaterThanOrEqual(100);
    const statuses = new Set(expected.map(({ status }) => status));
    for (const status of [200, 201, 204, 400, 404, 405, 409, 413, 415, 422]) expect([...statuses]).toContain(status);
  });

  requests.forEach((request, n) => {
    it(`${n + 1}: ${request.method} ${request.path.slice(0, 60)} is answered alike`, () => {
      expect(actual[n]).toEqual(expected[n]);
    });
  });
});
