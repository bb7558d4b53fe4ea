/** What a pipe takes from the stream of a table: quirks of the emulators, and a backlog of many pages. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { startEmulator, type Emulator } from '../test/emulator.js';
import { keysOf, pipeFrom } from '../test/pipe-fixture.js';

describe('the source of a pipe', () => {
  let emulator: Emulator;
  before(async () => {
    emulator = await startEmulator();
  });
  after(() => emulator.stop());

  it('drops the record of a write that changes nothing', async () => {
    const table = await emulator.table();
    const { pipe, calls, log } = await pipeFrom(table, emulator);
    for (const text of ['one', 'one', 'two']) await table.put('a', { Text: { S: text } });
    await pipe.drained();
    await pipe.stop();
    expect(calls.flat().map(({ eventName }) => eventName)).toEqual(['INSERT', 'MODIFY']);
    expect(log.of('stream-record')).toHaveLength(2);
  });

  it("shows the pipe's own region and account, and event ids that no other table has", async () => {
    const [one, two] = [await emulator.table(), await emulator.table()];
    const events = [];
    for (const table of [one, two]) {
      await table.put('a');
      const { pipe, calls } = await pipeFrom(table, emulator, { region: 'eu-west-1', account: '123456789012' });
      await pipe.drained();
      await pipe.stop();
      events.push(...calls.flat());
    }
    const [first, second] = events;
    expect(first).toMatchObject({
      eventVersion: '1.1',
      eventSource: 'aws:dynamodb',
      awsRegion: 'eu-west-1',
      eventSourceARN: one.streamArn.replace(`${emulator.region}:000000000000`, 'eu-west-1:123456789012'),
      eventID: expect.stringMatching(/^[0-9a-f-]{32,36}$/),
    });
    expect(second!.eventID).not.toBe(first!.eventID);
  });

  it('gives binary attributes as base64 at every depth and leaves the others as they are', async () => {
    const table = await emulator.table();
    const bytes = new Uint8Array([0, 255, 16]);
    await table.put('a', {
      Bin: { B: bytes },
      Bins: { BS: [bytes] },
      Deep: { M: { list: { L: [{ B: bytes }, { NULL: true }, { BOOL: false }] } } },
      Number: { N: '1.5' },
      Texts: { SS: ['x', 'y'] },
    });
    const { pipe, calls } = await pipeFrom(table, emulator);
    await pipe.drained();
    await pipe.stop();
    expect(calls[0]![0]!.dynamodb.NewImage).toEqual({
      PK: { S: 'a' },
      Bin: { B: 'AP8Q' },
      Bins: { BS: ['AP8Q'] },
      Deep: { M: { list: { L: [{ B: 'AP8Q' }, { NULL: true }, { BOOL: false }] } } },
      Number: { N: '1.5' },
      Texts: { SS: ['x', 'y'] },
    });
  });

  it('reads more than one page of backlog and loses nothing of it', async () => {
    const table = await emulator.table();
    const keys = Array.from({ length: 1_050 }, (_, index) => String(index));
    for (let from = 0; from < keys.length; from += 50) {
      await Promise.all(keys.slice(from, from + 50).map((key) => table.put(key)));
    }
    const { pipe, calls } = await pipeFrom(table, emulator);
    await pipe.drained();
    await pipe.stop();
    expect(calls.flatMap(keysOf).sort()).toEqual(keys.sort());
  });
});
