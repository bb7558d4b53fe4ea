/** An HTTP endpoint as enrichment: what it is asked, and which of its answers are retried. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../test/dynoxide.js';
import { HttpService, type HttpAnswer } from '../test/http-service.js';
import { pipeFrom, type TestPipe, type TestPipeOptions } from '../test/pipe-fixture.js';
import { httpEnrichment, type HttpEnrichmentOptions } from './http-enrichment.js';

const ARN = 'arn:aws:events:us-east-1:000000000000:api-destination/shop/0a1b';

describe('an HTTP enrichment', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  interface Delivery extends TestPipe {
    readonly service: HttpService;
  }

  /** Delivers items with these keys to the end, through an endpoint that answers so. */
  async function deliver(
    keys: readonly string[],
    answer: HttpAnswer,
    request: Partial<Omit<HttpEnrichmentOptions, 'endpoint'>> & { path?: string } = {},
    options: TestPipeOptions = {},
  ): Promise<Delivery> {
    const table = await dynoxide.table();
    for (const key of keys) await table.put(key);
    const service = new HttpService(answer);
    await service.start();
    const { path = '/enrich', ...rest } = request;
    const enrichment = httpEnrichment({ arn: ARN, method: 'POST', endpoint: `${service.url}${path}`, ...rest });
    const source = { maximumRetryAttempts: 1, ...options.source };
    const running = await pipeFrom(table, dynoxide, { ...options, enrichment, source });
    await running.pipe.drained();
    await running.pipe.stop();
    await service.stop();
    return { ...running, service };
  }

  const echo: HttpAnswer = (response, { body }) => void response.end(body);

  it('gets one object a call, and its answer goes on', async () => {
    const { service, calls } = await deliver(['a', 'b'], (response, { body }) => {
      const { eventID } = JSON.parse(body) as { eventID: string };
      response.end(JSON.stringify({ eventID, enriched: true }));
    });
    expect(service.requests.map(({ method, path, headers }) => [method, path, headers['content-type']])).toEqual(
      Array(2).fill(['POST', '/enrich', 'application/json; charset=utf-8']),
    );
    expect(calls).toEqual(Array(2).fill([{ eventID: expect.any(String), enriched: true }]));
  });

  it('gets its path, query and headers from each event, and the connection’s headers besides', async () => {
    const parameters = {
      pathParameterValues: ['$.dynamodb.Keys.PK.S', 'fixed value'],
      queryStringParameters: { sequence: '$.dynamodb.SequenceNumber', size: '$.dynamodb.SizeBytes' },
      headerParameters: { 'x-event': '$.eventName' },
    };
    const { service, log } = await deliver(
      ['a/b'],
      echo,
      { method: 'PUT', path: '/v1/*/x/*?fixed=1', parameters, connectionHeaders: { authorization: 'secret' } },
      { includeExecutionData: true, enrichmentParameters: { inputTemplate: '{"key":<$.dynamodb.Keys.PK.S>}' } },
    );
    expect(service.requests).toMatchObject([
      {
        method: 'PUT',
        path: expect.stringMatching(/^\/v1\/a%2Fb\/x\/fixed%20value\?fixed=1&sequence=1&size=\d+$/),
        headers: { 'x-event': 'INSERT', authorization: 'secret' },
        body: '{"key":"a/b"}',
      },
    ]);
    const invoked = log.of('execution').find(({ messageType }) => messageType === 'ENRICHMENT_INVOCATION_SUCCEEDED');
    expect(JSON.parse(invoked?.awsRequest ?? '')).toMatchObject({ method: 'PUT', body: '{"key":"a/b"}' });
    expect(invoked?.awsRequest).not.toContain('secret');
  });

  it('sends no body with GET, and an API of API Gateway is one too', async () => {
    const arn = 'arn:aws:execute-api:us-east-1:000000000000:abc/dev/GET/enrich';
    const { service, calls } = await deliver(['a'], (response) => void response.end('{"x":1}'), { arn, method: 'GET' });
    expect(service.requests.map(({ method, body }) => [method, body])).toEqual([['GET', '']]);
    expect(calls).toEqual([[{ x: 1 }]]);
  });

  it('may answer text, which is one event', async () => {
    const { calls } = await deliver(['a'], (response) => void response.end('<done/>'));
    expect(calls).toEqual([['<done/>']]);
  });

  it('skips the target with an empty answer', async () => {
    const { calls, log } = await deliver(['a'], (response) => void response.writeHead(204).end());
    expect([calls, log.steps.at(-2)]).toEqual([[], 'TARGET_STAGE_SKIPPED']);
  });

  it('counts 4xx and redirections, and neither 429 nor 5xx', async () => {
    const counts: Record<number, number> = { 400: 2, 404: 2, 302: 2, 429: 6, 500: 6, 503: 6 };
    for (const [status, tries] of Object.entries(counts)) {
      const { service, log, calls } = await deliver(['a'], (response, { body }, call) => {
        response.writeHead(call <= 5 ? Number(status) : 200).end(call <= 5 ? 'why' : body);
      });
      const [failed] = log.of('execution').filter(({ messageType }) => messageType === 'ENRICHMENT_INVOCATION_FAILED');
      expect([status, service.requests.length, calls.length]).toEqual([status, tries, tries === 6 ? 1 : 0]);
      expect(failed?.error).toMatchObject({ httpStatusCode: Number(status), details: 'why' });
      expect(log.steps.includes('EXECUTION_THROTTLED')).toBe(status === '429');
    }
  });

  it('fails by the customer’s fault for an event without the dynamic value', async () => {
    const { service, log } = await deliver(['a'], echo, {
      parameters: { headerParameters: { 'x-name': '$.dynamodb.NewImage.Name.S' } },
    });
    expect([service.requests.length, log.of('discarded').length]).toEqual([0, 1]);
    expect(log.of('execution').find(({ error }) => error !== null)?.error?.message).toBe(
      'EnrichmentParameters.HttpParameters.HeaderParameters.x-name: the event has nothing at $.dynamodb.NewImage.Name.S',
    );
  });

  it('fails by the customer’s fault for a value that no header can hold', async () => {
    for (const key of ['two\nlines', '注文']) {
      const { service, log } = await deliver([key], echo, {
        parameters: { headerParameters: { 'x-key': '$.dynamodb.Keys.PK.S' } },
      });
      expect([key, service.requests.length, log.of('discarded').length]).toEqual([key, 0, 1]);
    }
  });

  it('makes a pipe refuse batches', async () => {
    const table = await dynoxide.table();
    const enrichment = httpEnrichment({ arn: ARN, method: 'POST', endpoint: 'http://127.0.0.1:1/' });
    await expect(pipeFrom(table, dynoxide, { enrichment, source: { batchSize: 2 } })).rejects.toMatchObject({
      field: 'SourceParameters.DynamoDBStreamParameters.BatchSize',
      rule: 'the enrichment takes at most 1 records a batch',
    });
  });

  const refused: readonly (readonly [title: string, change: object, field: string])[] = [
    ['an endpoint that is no URL', { endpoint: '/enrich' }, 'InvocationEndpoint'],
    [
      'fewer wildcards than values',
      { parameters: { pathParameterValues: ['a'] } },
      'EnrichmentParameters.HttpParameters.PathParameterValues',
    ],
    ['an unknown method', { method: 'BREW' }, 'HttpMethod'],
    [
      'a value that is a path only in part',
      { parameters: { headerParameters: { a: '$.b c' } } },
      'EnrichmentParameters.HttpParameters.HeaderParameters.a',
    ],
    ['an ARN of a state machine', { arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:flow' }, 'Enrichment'],
  ];
  for (const [title, change, field] of refused) {
    it(`is refused for ${title}`, () => {
      const options = { arn: ARN, method: 'POST', endpoint: 'http://127.0.0.1:1/', ...change } as HttpEnrichmentOptions;
      const refusal = { name: 'ValidationException', field };
      expect(() => httpEnrichment(options)).toThrow(expect.objectContaining(refusal));
    });
  }
});
