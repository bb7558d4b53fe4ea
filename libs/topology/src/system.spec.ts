import { describe, it } from 'node:test';
import { expect } from 'expect';
import { handlerFunction, httpFunction, queue, singleTable, topic } from './construct.js';
import { environmentOf } from './environment.js';
import { protections } from './mark.js';
import { type Grant } from './model.js';
import { pipe } from './pipe.js';
import { restApi } from './rest-api.js';
import { physicalName, resourcesIn, system } from './system.js';
import { topology } from './topology.js';
import { userPool } from './user-pool.js';

const namesOf = (resources: readonly { kind: string; name: string }[]): string[] =>
  resources.map(({ kind, name }) => `${kind} ${name}`);

describe('a system', () => {
  it('finds everything its parts lead to, in an order in which it can be created', () => {
    const table = singleTable('data', { stream: 'NEW_IMAGE' });
    const dead = queue('dead');
    const work = queue('work', { deadLetters: { queue: dead } });
    const worker = handlerFunction('worker', { entry: 'worker', grants: [work.send, topic('events').publish] });
    const found = system('shop', { pipes: [pipe('p', { source: table, target: worker, deadLetters: dead })] });
    expect(namesOf(resourcesIn(found, 'dev'))).toEqual([
      'table data',
      'queue dead',
      'queue work',
      'topic events',
      'function worker',
      'pipe p',
    ]);
  });

  it('leaves what is for development only out of other stages', () => {
    expect(namesOf(resourcesIn(topology, 'dev'))).toContain('queue order-events-inbox');
    expect(namesOf(resourcesIn(topology, 'prod')).join()).not.toContain('inbox');
  });

  it('names resources after the system and the stage', () => {
    const table = topology.resources.find(({ kind }) => kind === 'table')!;
    expect(physicalName(topology, 'dev', table)).toBe('tabletop-dev-data');
  });

  it('marks what matters on AWS only', () => {
    expect(protections('table')).toEqual(['pointInTimeRecovery', 'encryption', 'deletionProtection']);
  });
});

describe('a user pool', () => {
  const people = userPool('people');

  it('is found by the API that asks for its tokens', () => {
    const web = httpFunction('web', { entry: 'web' });
    const api = restApi('api', { routes: { 'GET /a': web, 'GET /b': web }, authorizer: people, public: ['GET /b'] });
    expect(namesOf(system('shop', { api }).resources)).toEqual(['user-pool people', 'function web', 'rest-api api']);
    expect(api.routes.map((route) => route.public)).toEqual([false, true]);
  });

  it('tells a function whose tokens to trust, and who may call it where to', () => {
    const settings = { authMode: 'jwt', corsOrigins: '', logLevel: 'INFO', metricNamespace: 'x' } as const;
    const variables = (grants: Grant[]): string[] =>
      Object.keys(
        environmentOf(handlerFunction('worker', { entry: 'worker', grants }), settings, ({ attribute }) => attribute),
      ).filter((name) => /^(TOKEN|USER)_/.test(name));
    expect(variables([people.tokens])).toEqual(['TOKEN_ISSUER', 'TOKEN_JWKS_URI', 'TOKEN_AUDIENCE']);
    expect(variables([people.actions('AdminGetUser')])).toEqual(['USER_POOL_ID', 'USER_POOL_CLIENT_ID']);
  });
});

describe('a function’s environment', () => {
  it('names what the function is granted, and nothing else', () => {
    const worker = handlerFunction('worker', {
      entry: 'worker',
      environment: { GREETING: 'hello' },
      grants: [singleTable('data').read, topic('order-events').publish, queue('work-items.fifo').send],
    });
    const variables = environmentOf(
      worker,
      { authMode: 'open', corsOrigins: '*', logLevel: 'INFO', metricNamespace: 'shop-dev' },
      ({ attribute, of }) => `${attribute} of ${of.name}`,
    );
    expect(variables).toEqual({
      AUTH_MODE: 'open',
      CORS_ORIGINS: '*',
      LOG_LEVEL: 'INFO',
      POWERTOOLS_METRICS_NAMESPACE: 'shop-dev',
      POWERTOOLS_SERVICE_NAME: 'worker',
      TABLE_NAME: 'name of data',
      ORDER_EVENTS_TOPIC_ARN: 'arn of order-events',
      WORK_ITEMS_QUEUE_URL: 'url of work-items.fifo',
      GREETING: 'hello',
    });
  });
});
