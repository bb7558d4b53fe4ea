import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { LeaseLostError } from '../../../libs/pipes/src/lease.js';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { answerDeadLetters } from './dead-letters-api.js';
import { PipeRegistry } from './pipe-registry.js';
import { answerPipes } from './pipes-api.js';

const asking = (url: string): AwsRequest => ({
  ...{ service: 'pipes', operation: `GET ${url}`, protocol: 'rest', method: 'GET', url, headers: {} },
  body: Buffer.alloc(0),
});

describe('the API of pipes', () => {
  let folder: string;
  let pipes: PipeRegistry;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pipes-'));
    pipes = new PipeRegistry({
      folder,
      optionsOf: () => {
        throw new LeaseLostError(1);
      },
      assertReachable: () => Promise.resolve(),
    });
  });
  afterEach(async () => {
    await pipes.close();
    await rm(folder, { recursive: true });
  });

  it('says nothing of pipes before those of the last start are back, and is asked again', async () => {
    const both = [
      () => answerPipes(asking('/v1/pipes/mine'), pipes),
      () => answerDeadLetters(asking('/_tabletop/pipes/mine/dead-letters'), pipes),
    ];
    for (const ask of both) {
      const { status, headers } = await ask();
      expect([status, headers['retry-after']]).toEqual([503, '1']);
    }
    await pipes.restore(() => undefined);
    for (const ask of both) expect((await ask()).status).toBe(404);
  });

  it('sends whoever asks a runner that has lost its lease to the next one', async () => {
    await pipes.restore(() => undefined);
    const definition = {
      ...{ RoleArn: 'arn:aws:iam::000000000000:role/any', Target: 'arn:aws:sqs:us-east-1:000000000000:q' },
      Source: 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/1',
      SourceParameters: { DynamoDBStreamParameters: { StartingPosition: 'LATEST' } },
    };
    const body = Buffer.from(JSON.stringify(definition));
    const { status, headers } = await answerPipes({ ...asking('/v1/pipes/mine'), method: 'POST', body }, pipes);
    expect([status, headers['retry-after']]).toEqual([503, '1']);
  });
});
