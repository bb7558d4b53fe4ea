/** An event bus as target: what PutEvents gets, and which of its answers are retried. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startDynoxide, type Dynoxide } from '../../test/dynoxide.js';
import { enrichmentBy } from '../../test/enrichment-fixture.js';
import { JsonService, Refusal } from '../../test/json-service.js';
import { deadLetters, pipeFrom, type TestPipe, type TestPipeOptions } from '../../test/pipe-fixture.js';
import { eventBusTarget, type EventBusTargetOptions, type PutEventsInput, type PutEventsOutput } from './event-bus-target.js'; // prettier-ignore

const BUS = 'arn:aws:events:us-east-1:000000000000:event-bus/orders';
const KEY = { inputTemplate: '{"key":<$.dynamodb.Keys.PK.S>}' };

type Answer = (input: PutEventsInput, call: number) => PutEventsOutput | Refusal;
type Parameters = NonNullable<EventBusTargetOptions['parameters']>;

const taken: Answer = ({ Entries }) => ({
  FailedEntryCount: 0,
  Entries: Entries.map((_, id) => ({ EventId: `e${id}` })),
});

describe('an event bus as target', () => {
  let dynoxide: Dynoxide;
  before(async () => {
    dynoxide = await startDynoxide();
  });
  after(() => dynoxide.stop());

  interface Delivery extends TestPipe {
    readonly inputs: readonly PutEventsInput[];
    readonly name: string;
  }

  /** Delivers items with these keys to the end, to a bus that answers so. */
  async function deliver(
    keys: readonly string[],
    answer: Answer,
    parameters: Parameters = {},
    options: TestPipeOptions = {},
  ): Promise<Delivery> {
    const table = await dynoxide.table();
    for (const key of keys) await table.put(key, { Kind: { S: `${key}-kind` } });
    const service = new JsonService(answer);
    await service.start();
    const target = eventBusTarget({ arn: BUS, putEvents: service.call, parameters });
    const source = { maximumRetryAttempts: 1, ...options.source };
    const running = await pipeFrom(table, dynoxide, { targetParameters: KEY, ...options, source, target });
    await running.pipe.drained();
    await running.pipe.stop();
    await service.stop();
    return { ...running, inputs: service.inputs, name: table.name };
  }

  const keysOf = (inputs: readonly PutEventsInput[]): string[][] =>
    inputs.map(({ Entries }) => Entries.map(({ Detail }) => (JSON.parse(Detail) as { key: string }).key));

  it('gets one entry a record, from the pipe when nothing else is said', async () => {
    const { inputs, name } = await deliver(['a', 'b'], taken);
    const entry = { EventBusName: BUS, Source: `Pipe ${name}`, DetailType: 'Event from aws:dynamodb' };
    expect(inputs).toEqual([
      { Entries: [{ ...entry, Detail: '{"key":"a"}' }, { ...entry, Detail: '{"key":"b"}' }] }, // prettier-ignore
    ]);
  });

  it('gets source, detail type, resources, time and endpoint as set, from each event where they are paths', async () => {
    const { inputs } = await deliver(['a'], taken, {
      source: 'orders',
      detailType: '$.dynamodb.NewImage.Kind.S',
      resources: ['arn:aws:s3:::bucket', '$.eventSourceARN'],
      time: '$.dynamodb.ApproximateCreationDateTime',
      endpointId: 'abcde.veo',
    });
    expect(inputs).toMatchObject([
      {
        EndpointId: 'abcde.veo',
        Entries: [
          {
            Source: 'orders',
            DetailType: 'a-kind',
            Resources: ['arn:aws:s3:::bucket', expect.stringContaining('/stream/')],
            Time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
          },
        ],
      },
    ]);
  });

  it('fails an entry alone whose time is none', async () => {
    const { inputs, log } = await deliver(['a'], taken, { time: '$.eventName' });
    expect(inputs).toEqual([]);
    expect(log.of('execution').find(({ error }) => error !== null)?.error?.message).toContain('"INSERT" is not a time');
  });

  it('is sent again only the entries that it failed', async () => {
    const { inputs } = await deliver(['a', 'b', 'c'], (input, call) => ({
      FailedEntryCount: call === 1 ? 1 : 0,
      Entries: input.Entries.map(({ Detail }) =>
        call === 1 && Detail.includes('"b"') ? { ErrorCode: 'MalformedDetail', ErrorMessage: 'no' } : { EventId: 'e' },
      ),
    }));
    expect(keysOf(inputs)).toEqual([['a', 'b', 'c'], ['b']]);
  });

  it('does not count entries that it failed by its own fault, or did not answer for', async () => {
    const deadLetter = deadLetters();
    const answer: Answer = ({ Entries }, call) =>
      call > 6 ? taken({ Entries }, call) : { Entries: call % 2 === 0 ? [] : [{ ErrorCode: 'InternalFailure' }] };
    const { inputs } = await deliver(['a'], answer, {}, { source: { deadLetter } });
    expect([inputs.length, deadLetter.bodies.length]).toEqual([7, 0]);
  });

  it('counts a refusal and does not count throttling', async () => {
    const deadLetter = deadLetters();
    const answer: Answer = (_input, call) =>
      new Refusal(call <= 4 ? 'ThrottlingException' : 'ResourceNotFoundException', 400);
    const { inputs, log } = await deliver(['a'], answer, {}, { source: { deadLetter } });
    expect([inputs.length, deadLetter.bodies.length]).toEqual([6, 1]);
    expect(log.steps.filter((step) => step === 'EXECUTION_THROTTLED')).toHaveLength(4);
  });

  it('is not called for more than 1 MiB', async () => {
    const { enrichment } = enrichmentBy(() => [{ text: 'x'.repeat(600_000) }, { text: 'y'.repeat(600_000) }]);
    const { inputs, log } = await deliver(['a'], taken, {}, { enrichment, targetParameters: {} });
    expect([inputs.length, log.of('discarded').length]).toEqual([0, 1]);
  });

  const refused: readonly (readonly [title: string, parameters: Parameters, field: string])[] = [
    ['a source of AWS', { source: 'aws.orders' }, 'Source'],
    ['a detail type of 129 characters', { detailType: 'x'.repeat(129) }, 'DetailType'],
    ['eleven resources', { resources: Array<string>(11).fill(BUS) }, 'Resources'],
    ['a time that is no path', { time: '2026-03-08T12:00:00Z' }, 'Time'],
    ['an endpoint that is none', { endpointId: 'https://abcde.veo' }, 'EndpointId'],
  ];
  for (const [title, parameters, field] of refused) {
    it(`is refused for ${title}`, () => {
      const make = (): unknown => eventBusTarget({ arn: BUS, putEvents: () => Promise.resolve({}), parameters });
      const at = `TargetParameters.EventBridgeEventBusParameters.${field}`;
      expect(make).toThrow(expect.objectContaining({ name: 'ValidationException', field: at }));
    });
  }
});
