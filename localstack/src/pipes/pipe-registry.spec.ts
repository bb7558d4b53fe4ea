import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { DynamoDBClient, CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { expect } from 'expect';
import { memoryCheckpoints, type CheckpointStore } from '../../../libs/pipes/src/checkpoint.js';
import { type PipeOptions } from '../../../libs/pipes/src/pipe-options.js';
import { PipeValidationError } from '../../../libs/pipes/src/refusal.js';
import { startDynoxide, type Emulator } from '../../../test/fixtures/dynoxide.js';
import { CREDENTIALS, REGION } from '../account.js';
import { until } from '../child-process.js';
import { type PipeDefinition } from './pipe-definition.js';
import { PipeRegistry } from './pipe-registry.js';

const TARGET = 'arn:aws:lambda:us-east-1:000000000000:function:f';

describe('pipes that come back after a restart', () => {
  let emulator: Emulator;
  let folder: string;
  let definition: PipeDefinition;
  const at = (endpoint: string): object => ({ endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1 });

  /** Where the source answers. */
  let endpoint: string;
  let checkpoints: CheckpointStore = memoryCheckpoints();
  const registry = (reach = (): Promise<void> => Promise.resolve()): PipeRegistry =>
    new PipeRegistry(
      folder,
      ({ Name, Source }): PipeOptions => ({
        name: Name,
        source: {
          streamArn: Source,
          client: new DynamoDBStreamsClient(at(endpoint)),
          startingPosition: 'TRIM_HORIZON',
        },
        filters: [],
        checkpoints,
        target: {
          ...{ arn: TARGET, kind: 'lambda', maxBatchSize: 10, maxPayloadBytes: 1_000_000, needsJson: false },
          invoke: () => Promise.resolve({ outcome: 'success' }),
        },
      }),
      reach,
    );

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'registry-'));
    emulator = await startDynoxide();
    endpoint = emulator.origin;
    const tables = new DynamoDBClient(at(emulator.origin));
    const { TableDescription } = await tables.send(
      new CreateTableCommand({
        ...{ TableName: 'notes', BillingMode: 'PAY_PER_REQUEST' },
        AttributeDefinitions: [{ AttributeName: 'PK', AttributeType: 'S' }],
        KeySchema: [{ AttributeName: 'PK', KeyType: 'HASH' }],
        StreamSpecification: { StreamEnabled: true, StreamViewType: 'NEW_IMAGE' },
      }),
    );
    tables.destroy();
    definition = {
      ...{ Name: 'mine', Source: TableDescription?.LatestStreamArn ?? '', Target: TARGET },
      RoleArn: 'arn:aws:iam::000000000000:role/any',
      SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'TRIM_HORIZON' } },
    };
    const first = registry();
    await (await first.create(definition)).pipe.settled();
    await first.close();
  });

  after(async () => {
    await emulator.stop();
    await rm(folder, { recursive: true });
  });

  it('are waited for while their source does not answer, and nobody is told that they are lost', async () => {
    endpoint = 'http://127.0.0.1:9';
    const failures: string[] = [];
    const again = registry();
    expect(await again.restore((file) => failures.push(file))).toBe(false);
    expect([again.all(), failures]).toEqual([[], []]);
    endpoint = emulator.origin;
    expect(await again.restore((file) => failures.push(file))).toBe(true);
    expect(again.all().map(({ pipe }) => pipe.state)).toEqual(['RUNNING']);
    await again.close();
  });

  it('are told of once when what they name is gone for good', async () => {
    const failures: string[] = [];
    const again = registry(() =>
      Promise.reject(new PipeValidationError('Target', TARGET, 'there is no such function')),
    );
    for (let n = 0; n < 2; n++) expect(await again.restore((_file, reason) => failures.push(reason))).toBe(true);
    expect(failures).toEqual([expect.stringContaining('there is no such function')]);
  });

  it('do not come back when the stack ended while they were deleted, and are deleted to the end', async () => {
    const removed: string[] = [];
    checkpoints = { ...memoryCheckpoints(), remove: () => new Promise(() => undefined) };
    const cutOff = registry();
    await cutOff.restore(() => undefined);
    expect((await cutOff.delete('mine')).stateThen).toBe('DELETING');
    // A change that comes meanwhile does not bring it back either.
    await cutOff.tag(cutOff.get('mine').pipe.arn, () => ({ late: 'yes' }));
    checkpoints = { ...memoryCheckpoints(), remove: ({ pipeArn }) => Promise.resolve(void removed.push(pipeArn)) };
    const again = registry(() => Promise.reject(new PipeValidationError('Target', TARGET, 'its target is gone too')));
    expect(await again.restore((_file, reason) => removed.push(reason))).toBe(true);
    await until('the pipe is still there', () => Promise.resolve(again.all().length === 0), 5_000);
    expect(removed).toEqual([expect.stringMatching(/:pipe\/mine$/)]);
    await until('its file is still there', async () => (await readdir(folder)).length === 0, 5_000);
  });
});
