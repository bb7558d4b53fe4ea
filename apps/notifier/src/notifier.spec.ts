import { after, afterEach, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { createLogger } from '../../../libs/shared/src/logger.js';
import { DataTable } from '../../../libs/shared/src/table/data-table.js';
import { IdempotencyRepository } from '../../../libs/shared/src/table/idempotency.repository.js';
import { startTable, type TestTable } from '../../../test/fixtures/table.js';
import { startTopic, type TestTopic } from '../../../test/fixtures/topic.js';
import { Notifier, type RunTime } from './notifier.js';
import { recordOf } from '../../../test/fixtures/stream-record.js';

let table: TestTable;
let topic: TestTopic;
let claims: IdempotencyRepository;
let notifier: Notifier;
/** Publishes to a topic that does not exist. */
let mute: Notifier;

/** A run that has `milliseconds` from now. */
const lasting = (milliseconds: number): RunTime => {
  const end = Date.now() + milliseconds;
  return { now: () => new Date(), remaining: () => end - Date.now() };
};
const handle = (records: unknown[], milliseconds = 5_000) => notifier.handle(records, lasting(milliseconds));
const failures = (...ids: string[]) => ({ batchItemFailures: ids.map((itemIdentifier) => ({ itemIdentifier })) });
const eventIds = async () => (await topic.published()).map(({ body }) => body.eventId);

before(async () => {
  table = await startTable();
  topic = await startTopic();
  claims = new IdempotencyRepository(new DataTable(table.name, table.client));
  const logger = createLogger('notifier', 'SILENT');
  const { client, arn } = topic;
  notifier = new Notifier({ claims, topic: { client, arn }, logger });
  mute = new Notifier({ claims, topic: { client, arn: `${arn}-missing` }, logger });
});
after(async () => {
  await topic.stop();
  await table.stop();
});
afterEach(async () => {
  expect(await topic.published()).toEqual([]);
});

describe('a batch', () => {
  it('becomes one message an event, with subject and attributes', async () => {
    expect(await handle([recordOf({ orderId: 'A1', requestId: 'request-7' })])).toEqual(failures());
    const [message, ...others] = await topic.published();
    expect(others).toEqual([]);
    expect(message).toEqual({
      subject: 'New order A1',
      attributes: { eventType: 'order.placed', eventId: 'A1.PLACED', requestId: 'request-7' },
      body: expect.objectContaining({
        type: 'order.placed',
        eventId: 'A1.PLACED',
        orderId: 'A1',
        requestId: 'request-7',
      }),
    });
  });

  it('is published in order for each customer', async () => {
    const records = Array.from({ length: 10 }, (_, at) =>
      recordOf({ orderId: `B${at}`, username: at % 2 ? 'john' : 'jane' }),
    );
    await handle(records);
    const published = await topic.published();
    for (const username of ['john', 'jane']) {
      const ofCustomer = published.filter(({ body }) => body.username === username).map(({ body }) => body.orderId);
      expect(ofCustomer).toHaveLength(5);
      expect(ofCustomer).toEqual([...ofCustomer].sort());
    }
  });

  it('of nothing, of edits and of other items sends nothing and fails nothing', async () => {
    expect(await handle([])).toEqual(failures());
    expect(await handle([recordOf({ status: 'PLACED', previousStatus: 'PLACED' })])).toEqual(failures());
    const claim = { PK: { S: 'IDEMPOTENCY#x' }, SK: { S: 'IDEMPOTENCY#x' } };
    expect(await handle([{ eventID: 'E', eventName: 'INSERT', dynamodb: { Keys: claim, NewImage: claim } }])).toEqual(
      failures(),
    );
  });
});

describe('the same event', () => {
  it('is sent once, in one batch, in two, and in many at once', async () => {
    const record = recordOf({ orderId: 'C1' });
    await handle([record, { ...record }]);
    await handle([record]);
    await Promise.all(Array.from({ length: 8 }, () => handle([{ ...record }, recordOf({ orderId: 'C2' })])));
    expect((await eventIds()).sort()).toEqual(['C1.PLACED', 'C2.PLACED']);
  });

  it('is repeated with the same id after a crash between publish and mark', async () => {
    const record = recordOf({ orderId: 'C3' });
    // What a run leaves behind that published and was killed before it could say so.
    const deadline = Date.now() + 50;
    await claims.claim({ key: 'notifier#C3.PLACED', owner: 'dead', now: new Date(), deadline });
    expect(await handle([record])).toEqual(failures());
    expect(Date.now()).toBeGreaterThan(deadline);
    expect(await eventIds()).toEqual(['C3.PLACED']);
    await handle([record]);
    expect(await eventIds()).toEqual([]);
  });

  it('is sent although the mark cannot be written, and is not reported', async () => {
    table.proxy.fail('UpdateItem', 'throttled', 8);
    expect(await handle([recordOf({ orderId: 'C4' })])).toEqual(failures());
    expect(await eventIds()).toEqual(['C4.PLACED']);
  });

  it('survives lost replies of its claim and its mark', async () => {
    table.proxy.fail('PutItem', 'lost-reply');
    table.proxy.fail('UpdateItem', 'lost-reply');
    const record = recordOf({ orderId: 'C5' });
    expect(await handle([record])).toEqual(failures());
    await handle([record]);
    expect(await eventIds()).toEqual(['C5.PLACED']);
  });
});

describe('an event that a killed run holds', () => {
  const held = (orderId: string, milliseconds: number) =>
    claims.claim({
      key: `notifier#${orderId}.PLACED`,
      owner: 'killed',
      now: new Date(),
      deadline: Date.now() + milliseconds,
    });

  it('is waited for until the deadline of that run', async () => {
    await held('D1', 600);
    const started = Date.now();
    expect(await handle([recordOf({ orderId: 'D1' })])).toEqual(failures());
    expect(Date.now() - started).toBeGreaterThanOrEqual(600);
    expect(await eventIds()).toEqual(['D1.PLACED']);
  });

  it('never uses up retries that come at once: each waits as long as it may, and the second finds it free', async () => {
    // A run of 1.5 s was killed as it began. With 1 s kept to finish, the next run can wait for half a second only.
    await held('D2', 1_500);
    const record = recordOf({ eventID: 'E-D2', orderId: 'D2' });
    let attempts = 0;
    for (;;) {
      attempts += 1;
      const { batchItemFailures } = await handle([record], 1_500);
      if (batchItemFailures.length === 0) break;
      expect(batchItemFailures).toEqual([{ itemIdentifier: 'E-D2' }]);
    }
    expect(attempts).toBeLessThanOrEqual(4);
    expect(await eventIds()).toEqual(['D2.PLACED']);
  });

  it('holds up its own customer only', async () => {
    await held('D3', 60_000);
    const records = [
      recordOf({ eventID: 'E-D3', orderId: 'D3', username: 'john' }),
      recordOf({ orderId: 'D4', username: 'jane' }),
    ];
    expect(await handle(records, 1_200)).toEqual(failures('E-D3'));
    expect(await eventIds()).toEqual(['D4.PLACED']);
  });
});

describe('a record that fails', () => {
  const poison = (eventID: string, orderId: string) => {
    const record = recordOf({ eventID, orderId });
    return {
      ...record,
      dynamodb: { ...record.dynamodb, NewImage: { PK: record.dynamodb.Keys.PK, SK: record.dynamodb.Keys.SK } },
    };
  };

  it('is reported, its neighbours are sent', async () => {
    const records = [recordOf({ orderId: 'E1' }), poison('poison', 'E2'), recordOf({ orderId: 'E3' })];
    expect(await handle(records)).toEqual(failures('poison'));
    expect(await eventIds()).toEqual(['E1.PLACED', 'E3.PLACED']);
  });

  it('takes the later records of its order with it, and no other', async () => {
    const records = [
      poison('first', 'F1'),
      recordOf({ eventID: 'second', orderId: 'F1', status: 'CANCELED', previousStatus: 'PLACED' }),
      recordOf({ orderId: 'F2' }),
    ];
    expect(await handle(records)).toEqual(failures('first', 'second'));
    expect(await eventIds()).toEqual(['F2.PLACED']);
  });

  it('is reported one by one also when all failed', async () => {
    expect(await handle([poison('one', 'G1'), poison('two', 'G2')])).toEqual(failures('one', 'two'));
    expect(await handle([null, recordOf({ orderId: 'G3' })])).toEqual(failures(''));
    expect(await eventIds()).toEqual(['G3.PLACED']);
  });

  it('because of the topic gives its claim back, so that the next delivery sends at once', async () => {
    const record = recordOf({ eventID: 'E-H1', orderId: 'H1' });
    expect(await mute.handle([record], lasting(60_000))).toEqual(failures('E-H1'));
    const started = Date.now();
    expect(await handle([record])).toEqual(failures());
    expect(Date.now() - started).toBeLessThan(1_000);
    expect(await eventIds()).toEqual(['H1.PLACED']);
  });
});
