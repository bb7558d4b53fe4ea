import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, it } from 'node:test';
import { CreateTableCommand, DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';
import { findDynoxide, startDynoxide } from './dynoxide.js';
import { type TableBackend } from './table-backend.js';

const command = findDynoxide();

describeUnless(command === undefined && 'no dynoxide for this platform', 'the database of dynoxide', () => {
  let folder: string;
  let backend: TableBackend;
  let client: DynamoDBClient;
  const start = async (): Promise<void> => {
    backend = await startDynoxide(command ?? '', { folder, adopt: () => undefined });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    client = new DynamoDBClient({ endpoint: backend.origin, region: 'us-east-1', credentials });
  };
  const stop = async (): Promise<void> => {
    client.destroy();
    await backend.stop();
  };

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'dynoxide-'));
    await start();
    await client.send(
      new CreateTableCommand({
        TableName: 'things',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
        BillingMode: 'PAY_PER_REQUEST',
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'KEYS_ONLY' },
      }),
    );
  });
  after(async () => {
    await stop();
    rmSync(folder, { recursive: true });
  });

  const put = (id: string): Promise<unknown> =>
    client.send(new PutItemCommand({ TableName: 'things', Item: { id: { S: id } } }));
  /** Asks the file itself, beside the program that has it open. */
  const ask = (query: string): Record<string, unknown>[] => {
    const database = new DatabaseSync(join(folder, 'dynoxide.db'), { readOnly: true });
    try {
      return database.prepare(query).all();
    } finally {
      database.close();
    }
  };
  const place = 'CAST(sequence_number AS INTEGER)';

  it('finds the last stream record, and those after a position, without a look at all of them', async () => {
    await put('a');
    for (const query of [
      `SELECT COALESCE(MAX(${place}), 0) + 1 FROM _stream_records WHERE table_name = 'things'`,
      `SELECT * FROM _stream_records WHERE table_name = 'things' AND shard_id = 's' AND ${place} > 1 ORDER BY ${place} LIMIT 9`,
    ])
      expect(ask(`EXPLAIN QUERY PLAN ${query}`)).toEqual([
        expect.objectContaining({
          detail: expect.stringMatching(/^SEARCH .* USING (?:COVERING )?INDEX stream_place/) as unknown,
        }),
      ]);
  });

  it('numbers its records on after a restart', async () => {
    await stop();
    await start();
    await put('b');
    expect(ask(`SELECT ${place} AS at FROM _stream_records ORDER BY at`)).toEqual([{ at: 1 }, { at: 2 }]);
  });
});
