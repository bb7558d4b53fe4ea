/** The lines that seed document 002 prints, run by real curl as they stand there. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'expect';

const SEEDS = fileURLToPath(new URL('../../../test/e2e/seeds/', import.meta.url));
const PRINTED_ID = '97a97a2d-bdb5-4ab6-8d71-c5deb809a6ee';
const PATIENCE_MS = 10_000;

type Purchase = Record<string, string>;

/** The document's lines are run beside its `events` folder; what it cannot know is the host and the id of its purchase. */
async function curl(line: string, id = PRINTED_ID): Promise<unknown> {
  const command = line
    .replace('https://api.example.com', process.env.API_URL ?? '')
    .replaceAll(PRINTED_ID, id)
    .replace('curl ', 'curl --silent --show-error ');
  const { stdout } = await promisify(execFile)('bash', ['-c', command], { cwd: join(SEEDS, 'events') });
  return JSON.parse(stdout);
}

/** Runs a line again until its answer is as it should be: what is sent is stored a moment later. */
async function eventually<T>(line: string, id: string, isSo: (answer: T) => boolean): Promise<T> {
  const deadline = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = (await curl(line, id)) as T;
    if (isSo(answer)) return answer;
    if (Date.now() > deadline) throw new Error(`${line}: ${JSON.stringify(answer)}`);
  }
}

describe('seed document 002', () => {
  const [create = '', list = '', get = '', update = '', remove = ''] = readFileSync(join(SEEDS, '002.sh'), 'utf8')
    .trim()
    .split('\n\n');
  const sent = {
    message: 'Message sent successfully',
    messageId: expect.any(String) as unknown,
    productPurchaseId: expect.any(String) as unknown,
  };
  const body = JSON.parse(readFileSync(join(SEEDS, 'events', 'message-body-1.json'), 'utf8')) as Purchase;
  let id = '';

  it('creates a purchase', async () => {
    const answer = await curl(create);
    expect(answer).toEqual(sent);
    id = (answer as { productPurchaseId: string }).productPurchaseId;
  });

  it('gets it', async () => {
    const purchase = await eventually<Purchase>(get, id, ({ ProductPurchaseId }) => ProductPurchaseId === id);
    expect(purchase).toEqual({ ...body, ProductPurchaseId: id, action: 'create' });
  });

  it('gets all', async () => {
    const all = (await curl(list)) as Purchase[];
    expect(all).toContainEqual({ ...body, ProductPurchaseId: id, action: 'create' });
  });

  it('updates it', async () => {
    expect(await curl(update, id)).toEqual(sent);
    const updated = await eventually<Purchase>(get, id, ({ action }) => action === 'update');
    expect(updated).toEqual({ ...body, Quantity: '2', TotalPrice: '378', ProductPurchaseId: id, action: 'update' });
  });

  it('deletes it', async () => {
    expect(await curl(remove, id)).toEqual(sent);
    await eventually<{ status?: number }>(get, id, ({ status }) => status === 404);
  });
});
