/** What a declaration says by saying nothing: every reader makes exactly this. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { handlerFunction, httpFunction, queue, singleTable, topic } from './construct.js';
import { pipe } from './pipe.js';
import { consumer } from './queue-consumer.js';
import { restApi } from './rest-api.js';
import { userPool } from './user-pool.js';

const DAY = 86_400;
const table = singleTable('data', { stream: 'NEW_AND_OLD_IMAGES' });
const web = httpFunction('web', { entry: 'web' });
const worker = handlerFunction('worker', { entry: 'worker' });
const dead = queue('dead');
const work = queue('work', { deadLetters: { queue: dead } });

const declared: readonly (readonly [what: string, resource: object, said: object])[] = [
  [
    'table',
    singleTable('data'),
    {
      ...{ partitionKey: 'PK', sortKey: 'SK', indexes: [], streamView: undefined, expiry: undefined },
      requestId: undefined,
      ...{ pointInTimeRecovery: true, encryption: true, deletionProtection: false },
    },
  ],
  ['topic', topic('events'), { encryption: true }],
  [
    'queue',
    dead,
    {
      ...{ fifo: false, visibilityTimeout: 60, retention: 14 * DAY, deadLetters: undefined },
      ...{ encryption: true, developmentOnly: false },
    },
  ],
  ['queue with dead letters', work, { deadLetters: { maxReceives: 3 } }],
  ['FIFO queue', queue('work.fifo'), { fifo: true }],
  ['subscription', topic('events').deliverTo(dead), { raw: false, developmentOnly: false }],
  [
    'function behind an API',
    web,
    { protocol: 'http', memory: 512, timeout: 10, environment: {}, grants: [], tracing: true, logRetention: 30 * DAY },
  ],
  ['function for events', worker, { protocol: 'event', memory: 512, timeout: 30 }],
  [
    'pipe',
    pipe('flow', { source: table, target: worker }),
    {
      ...{ startingPosition: 'TRIM_HORIZON', filters: [], batchSize: 10, window: 0, retries: 5, maxAge: 23 * 3600 },
      ...{ onPartialFailure: undefined, parallelizationFactor: 1, deadLetters: undefined, logLevel: 'ERROR' },
    },
  ],
  ['queue consumer', consumer(work, worker), { batchSize: 10, window: 0, maxConcurrency: undefined }],
  [
    'user pool',
    userPool('people'),
    {
      ...{ groups: [], attributes: [], tokenValidity: 3600, refreshValidity: 30 * DAY, deletionProtection: false },
      passwordPolicy: { minimumLength: 8, lowercase: true, uppercase: true, numbers: true, symbols: false },
    },
  ],
  [
    'API',
    restApi('api', { routes: { 'ANY /things': web } }),
    { tracing: true, accessLogRetention: 30 * DAY, authorizer: undefined },
  ],
];

describe('without options', () => {
  for (const [what, resource, said] of declared)
    it(`a ${what} is declared with its defaults`, () => {
      expect(resource).toMatchObject(said);
    });

  it('an API answers what it answers itself as problems with a status of their own', () => {
    const { problems } = restApi('api', { routes: { 'ANY /things': web } });
    expect(Object.fromEntries(Object.entries(problems).map(([type, { status }]) => [type, status]))).toMatchObject({
      ...{ MISSING_AUTHENTICATION_TOKEN: 404, UNAUTHORIZED: 401, ACCESS_DENIED: 403, REQUEST_TOO_LARGE: 413 },
      ...{ THROTTLED: 429, INTEGRATION_FAILURE: 502, INTEGRATION_TIMEOUT: 504, DEFAULT_5XX: 500 },
      ...{ WAF_FILTERED: 403, DEFAULT_4XX: 400 },
    });
  });
});
