import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { PageServer } from '../../../test/fixtures/page-server.js';
import { ReportedPipes } from './reported-pipes.js';

const report = (values: object): object => ({ orders: [{ timestamp: 60_000, values }] });
const statistics = { sum: 3, minimum: 1, maximum: 2, sampleCount: 2 };

describe('reported pipes', () => {
  const pipes = new ReportedPipes();
  const server = new PageServer(pipes.page);
  const post = async (body: unknown): Promise<number> =>
    (await fetch(server.url, { method: 'POST', body: JSON.stringify(body) })).status;
  const known = (): unknown[] => [...pipes.all()].map(({ definition, pipe }) => [definition.Name, pipe.metrics()]);

  before(() => server.start());
  after(() => server.stop());

  it('are those of the latest report', async () => {
    expect(known()).toEqual([]);
    expect(await post(report({ Invocations: { ...statistics, sum: 1 } }))).toBe(204);
    expect(await post(report({ Invocations: statistics }))).toBe(204);
    expect(known()).toEqual([['orders', [{ timestamp: 60_000, values: { Invocations: statistics } }]]]);
  });

  for (const [title, body] of [
    ['null', null],
    ['a pipe without minutes', { orders: null }],
    ['a minute without values', { orders: [{ timestamp: 60_000 }] }],
    ['a metric that pipes have not', report({ Rumours: statistics })],
    ['statistics without a sum', report({ Invocations: { ...statistics, sum: undefined } })],
  ] as const)
    it(`stay as they were when ${title} is reported`, async () => {
      await post(report({ Invocations: statistics }));
      const before = known();
      expect(await post(body)).toBe(400);
      expect(known()).toEqual(before);
    });

  it('are only told by POST', async () => {
    const answer = await fetch(server.url);
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
  });
});
