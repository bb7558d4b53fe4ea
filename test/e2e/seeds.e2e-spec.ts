/** The lines that seed documents 000 and 001 print, run by real curl as they stand there. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { before, describe, it } from 'node:test';
import { promisify } from 'node:util';
import { expect } from 'expect';
import { api } from './stack.js';

const bash = promisify(execFile);

interface Answer {
  message: string;
  success?: boolean;
  data?: Record<string, unknown> | Record<string, unknown>[];
  orderId?: string;
}

/** What a document cannot know: the host, and the id that its own order got. */
async function curl(line: string, substitutes: Record<string, string> = {}): Promise<Answer> {
  const stage = /https:\/\/[^/]+\.execute-api\.us-east-1\.amazonaws\.com\/dev/;
  let command = line.replace(stage, process.env.API_URL ?? '').replace('curl ', 'curl --silent --show-error ');
  for (const [printed, actual] of Object.entries(substitutes)) command = command.replaceAll(printed, actual);
  const { stdout } = await bash('bash', ['-c', command]);
  return JSON.parse(stdout) as Answer;
}

/** The document's own pages hide the address behind this. */
const MASKED = { '[email protected]': 'test@gmail.com' };
const PRINTED_ORDER = '2UJuYiRSoBMgAiXg7jBp0V0UqxU';

const document = process.env.SEED ?? '000';

describe(`seed document ${document}`, () => {
  const lines = readFileSync(new URL(`../../../test/e2e/seeds/${document}.sh`, import.meta.url), 'utf8')
    .trim()
    .split('\n\n');
  let placed = '';

  before(async () => {
    await api().post('/add_user/').send({ email: 'john@gmail.com', name: 'john smith', username: 'john' });
  });

  it('adds a user', async () => {
    const answer = await curl(lines[0]!, MASKED);
    expect(answer).toEqual({ message: 'User test111 with added successfully' });
  });

  it('prints the user', async () => {
    expect(await curl(lines[1]!, MASKED)).toMatchObject({
      message: 'user fetched successfully',
      data: { Name: 'Test Name' },
    });
  });

  it('edits the address', async () => {
    const answer = await curl(lines[2]!, MASKED);
    expect(answer).toMatchObject({ message: 'Address updated successfully', data: { Address: '124 Street Akl NZ' } });
  });

  it('places an order', async () => {
    const { orderId, ...answer } = await curl(lines[4]!);
    placed = orderId!;
    expect(answer).toMatchObject({
      message: 'Order placed successfully',
      success: true,
      data: {
        PK: 'CUSTOMER#john',
        SK: `#ORDER#${placed}`,
        OrderId: placed,
        Status: 'PLACED',
        Amount: 5.5,
        NumberItems: 2,
      },
    });
    expect(placed).toMatch(/^[0-9A-Za-z]{27}$/);
  });

  it('lists the customer and the orders, newest first', async () => {
    const { message, data } = await curl(lines[3]!);
    expect(message).toBe('orders fetched successfully');
    expect(data).toMatchObject({
      0: { PK: 'CUSTOMER#john', SK: 'CUSTOMER#john', Email: 'john@gmail.com', Username: 'john', Name: 'john smith' },
      1: { PK: 'CUSTOMER#john', OrderId: placed, Status: 'PLACED', Amount: 5.5, NumberItems: 2 },
    });
  });

  it('cancels the order', async () => {
    expect(await curl(lines[5]!, { [PRINTED_ORDER]: placed })).toMatchObject({
      message: 'Order updated successfully',
      success: true,
      data: { OrderId: placed, Status: 'CANCELED', UpdatedAt: expect.stringMatching(/Z$/) as unknown },
    });
  });
});
