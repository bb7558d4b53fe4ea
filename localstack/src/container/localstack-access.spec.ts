import { afterEach, beforeEach, describe, it } from 'node:test';
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { PageServer } from '../../../test/fixtures/page-server.js';
import { localStackAccess } from './localstack-access.js';

describe('a call to LocalStack', () => {
  let calls: number;
  const frozen = new PageServer(() => (calls += 1));

  beforeEach(async () => {
    calls = 0;
    await frozen.start();
  });
  afterEach(() => frozen.stop());

  it('ends when it is not answered, after it was tried again', { timeout: 20_000 }, async () => {
    const client = new SQSClient({ ...localStackAccess(frozen.url, 200), maxAttempts: 2 });
    await expect(client.send(new ListQueuesCommand())).rejects.toThrow(/timeout/i);
    expect(calls).toBe(2);
    client.destroy();
  });
});
