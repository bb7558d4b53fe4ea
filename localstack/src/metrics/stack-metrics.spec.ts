import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type RequestEvent } from '../journal-event.js';
import { countedIn } from './stack-metrics.js';

const request = (status: number, more: Partial<RequestEvent> = {}): Record<string, number> => {
  const entry = {
    ...({ type: 'request', requestId: 'r', method: 'GET', path: '/dev/x', status, api: 'a', stage: 'dev' } as const),
    ...{ durationMs: 3, seq: 0, at: 0 },
    ...more,
  };
  return Object.fromEntries(countedIn(entry).map(({ id, value }) => [id.name, value]));
};

describe('the metrics of the API', () => {
  it('count requests, and those of the caller and of the server that failed', () => {
    expect(request(201, { function: 'f' })).toEqual({ Count: 1, '4XXError': 0, '5XXError': 0, Latency: 3 });
    expect(request(503, { function: 'f' })).toMatchObject({ '4XXError': 0, '5XXError': 1 });
  });

  it('count a path without a route as an error of the caller', () => {
    expect(request(404)).toMatchObject({ Count: 1, '4XXError': 1 });
  });

  it('leave out the pages that AWS’s API has not', () => {
    for (const status of [200, 405, 503]) expect(request(status, { page: true })).toEqual({});
  });
});
