import { describe, it } from 'node:test';
import { expect } from 'expect';
import { handlerFunction, httpFunction, queue, singleTable, topic } from './construct.js';
import { DeclarationError } from './declaration-error.js';
import { days, minutes } from './duration.js';
import { type Grant, type LambdaFunction } from './model.js';
import { newItem, pipe, type PipeOptions } from './pipe.js';
import { consumer } from './queue-consumer.js';
import { restApi } from './rest-api.js';
import { resourcesIn, system } from './system.js';
import { userPool } from './user-pool.js';

const source = singleTable('data', { stream: 'NEW_AND_OLD_IMAGES' });
const target = handlerFunction('worker', { entry: 'worker' });
const web = httpFunction('web', { entry: 'web' });
const piped = (options: Partial<PipeOptions>) => () => pipe('events', { source, target, ...options });
const worked = (name: string, visibilityTimeout = 60) =>
  queue(name, { visibilityTimeout, deadLetters: { queue: queue(name.replace('work', 'dead')) } });
const routed =
  (route: string, to: LambdaFunction = web) =>
  () =>
    restApi('api', { routes: { [route]: to } });

/** What cannot run, and the message that says what to do about it. */
const IMPOSSIBLE: [declaration: () => unknown, message: RegExp][] = [
  [() => singleTable('My Table'), /table "My Table": the name must be lower case words joined by single dashes/],
  [() => singleTable('data', { stream: 'NEW_IMAGE', requestId: '' }), /the attribute of the request id has no name/],
  [
    () => singleTable('data', { requestId: 'By' }),
    /its stream \(none\) do not carry "By"; widen the stream to NEW_IMAGE/,
  ],
  [() => singleTable('data', { stream: 'OLD_IMAGE', requestId: 'By' }), /its stream \(OLD_IMAGE\) do not carry "By"/],
  [() => singleTable('data', { expiry: 'PK' }), /the expiry attribute "PK" is a key of the table; name another/],
  [() => topic('events.fifo'), /topic "events.fifo": the name must be/],
  [() => queue('work', { visibilityTimeout: 43_201 }), /visibilityTimeout in seconds is 43201; give .* 0 to 43200/],
  [() => queue('work', { retention: days(15) }), /retention in seconds is 1296000; give .* 60 to 1209600/],
  [
    () => queue('work', { deadLetters: { queue: queue('dead'), maxReceives: 0 } }),
    /maxReceives is 0; give .* 1 to 1000/,
  ],
  [
    () => queue('work', { deadLetters: { queue: queue('dead.fifo') } }),
    /dead-letter queue "dead.fifo" must be standard/,
  ],
  [() => queue('work.fifo', { deadLetters: { queue: queue('dead') } }), /dead-letter queue "dead" must be FIFO/],
  [() => topic('events').deliverTo(queue('work.fifo')), /a standard topic cannot deliver to a FIFO queue; declare/],
  [() => handlerFunction('worker', { entry: ' ' }), /function "worker": entry is empty; name the folder or file/],
  [() => handlerFunction('worker', { entry: 'a', memory: 64 }), /memory in MB is 64; give .* 128 to 10240/],
  [
    () => handlerFunction('worker', { entry: 'a', timeout: minutes(16) }),
    /timeout in seconds is 960; give .* 1 to 900/,
  ],
  [
    () => handlerFunction('worker', { entry: 'a', environment: { AWS_REGION: 'x' } }),
    /AWS_REGION is reserved by Lambda/,
  ],
  [
    () => handlerFunction('worker', { entry: 'a', environment: { 'A-B': 'x' } }),
    /"A-B" is not a variable name; use letters/,
  ],
  [
    () => handlerFunction('worker', { entry: 'a', grants: [undefined as unknown as Grant] }),
    /a grant names no resource; take it from a declared one/,
  ],
  [
    () => handlerFunction('worker', { entry: 'a', grants: [source.items('Order').read] }),
    /grant on items "Order": an entity name is upper case letters/,
  ],
  [
    () => handlerFunction('worker', { entry: 'a', environment: { AUTH_MODE: 'open' } }),
    /variable AUTH_MODE is set by the runtime, from grants and settings; choose another name/,
  ],
  [
    () => queue('work', { deadLetters: { queue: queue('dead', { developmentOnly: true }) } }),
    /dead-letter queue "dead" exists in development stages only; declare it for every stage/,
  ],
  [
    () => restApi('api', { routes: { 'GET /a/{id}': web, 'GET /a/{name}/b': web } }),
    /parameters \{id\} and \{name\} stand at the same place of a path; give them one name/,
  ],
  [() => userPool('people', { groups: ['no space'] }), /group "no space" must be 1 to 128 letters/],
  [() => userPool('people', { attributes: ['custom:x'] }), /attribute "custom:x" must be up to 20 lower case letters/],
  [() => userPool('people', { password: { minimumLength: 5 } }), /minimumLength of a password is 5; give .* 6 to 99/],
  [() => userPool('people', { tokenValidity: 60 }), /tokenValidity in seconds is 60; give .* 300 to 86400/],
  [() => userPool('people', { refreshValidity: 60 }), /refreshValidity in seconds is 60; give .* 3600 to/],
  [() => userPool('people').actions('cognito-idp:*'), /"cognito-idp:\*" is no operation of Cognito; write it as/],
  [
    () => system('shop', { also: [userPool('people'), userPool('clerks')] }),
    /system "shop": it has several user pools \(people, clerks\); declare one/,
  ],
  [
    () => restApi('api', { routes: { 'GET /a': web }, public: ['POST /a'] }),
    /public route "POST \/a" is none of its routes; name it as it stands there/,
  ],
  [() => restApi('api', { routes: {} }), /rest-api "api": it has no routes; give at least one/],
  [routed('FETCH /orders'), /route "FETCH \/orders" must read "METHOD \/path" with a method of ANY, GET/],
  [routed('GET orders'), /route "GET orders": the path must be segments such as/],
  [routed('GET /orders/'), /route "GET \/orders\/": the path must be segments .* without a slash at the end/],
  [routed('GET /{proxy+}/orders'), /a greedy parameter such as \{proxy\+\} can only be the last segment/],
  [
    () => restApi('api', { routes: { 'GET /orders/{id}': web, 'GET /orders/{orderId}': web } }),
    /routes "GET \/orders\/\{id\}" and "GET \/orders\/\{orderId\}" answer the same requests; keep one/,
  ],
  [routed('GET /orders', target), /leads to worker, which is no HTTP function; declare it with httpFunction/],
  [
    routed('GET /orders', httpFunction('slow', { entry: 'slow', timeout: 30 })),
    /slow may run 30 s, but API Gateway waits 29 s at most; lower its timeout/,
  ],
  [piped({ source: singleTable('still') }), /its source, table "still", has no stream; give the table one/],
  [
    piped({ target: web }),
    /its target web answers HTTP requests, not batches of records; declare it with handlerFunction/,
  ],
  [
    piped({ deadLetters: queue('dead.fifo') }),
    /dead-letter queue "dead.fifo" is FIFO; a stream source takes a standard/,
  ],
  [
    piped({ deadLetters: queue('dead', { developmentOnly: true }) }),
    /"dead" exists in development stages only; declare/,
  ],
  [piped({ batch: 10_001 }), /pipe "events": batch is 10001; give a whole number from 1 to 10000/],
  [piped({ window: 301 }), /window in seconds is 301; give .* 0 to 300/],
  [piped({ retries: -1 }), /retries is -1; give .* 0 to 185/],
  [piped({ maxAge: days(2) }), /maxAge in seconds is 172800; give .* 60 to 86400/],
  [piped({ parallelizationFactor: 11 }), /parallelizationFactor is 11; give .* 1 to 10/],
  [piped({ filter: Array.from({ length: 6 }, () => newItem('A')) }), /it has 6 filters; a pipe takes 5 at most/],
  [piped({ filter: [newItem('A'.repeat(4096))] }), /a filter is \d+ characters long; a pipe takes 4096 at most/],
  [
    piped({
      source: singleTable('lean', { stream: 'NEW_IMAGE' }),
      filter: [{ dynamodb: { OldImage: { Status: { S: ['PLACED'] } } } }],
    }),
    /a filter looks at OldImage, which the stream of table "lean" \(NEW_IMAGE\) does not carry; widen the stream/,
  ],
  [() => system('tabletop', {}), /system "tabletop": it is empty; give it an api/],
  [
    () => system('tabletop', { also: [queue('work'), queue('work')] }),
    /queue "work": another one has the same name; declare/,
  ],
  [
    () => system('tabletop', { also: [handlerFunction('w'.repeat(50), { entry: 'a' })] }),
    /grows to 67 .* shorten it by 3/,
  ],
  [
    () =>
      system('tabletop', {
        also: [handlerFunction('w', { entry: 'a', grants: [queue('q', { developmentOnly: true }).send] })],
      }),
    /it is granted send on queue "q", which exists in development stages only/,
  ],
  [
    () =>
      system('tabletop', {
        also: [
          handlerFunction('w', { entry: 'a', timeout: 90, grants: [queue('q', { visibilityTimeout: 60 }).consume] }),
        ],
      }),
    /queue "q": its visibility timeout of 60 s is below the 90 s that function "w" may run/,
  ],
  [
    () =>
      system('tabletop', {
        also: [handlerFunction('w', { entry: 'a', grants: [source.read, singleTable('b').read] })],
      }),
    /it is granted 2 tables \(data, b\) and TABLE_NAME can name one; split the function or join the tables/,
  ],
  [
    () => consumer(worked('work'), web),
    /consumer of queue "work": web answers HTTP requests, .* declare it with handler/,
  ],
  [
    () => consumer(worked('work.fifo'), target, { batch: 11 }),
    /consumer of queue "work.fifo": batch is 11; give .* 1 to 10/,
  ],
  [() => consumer(worked('work'), target, { batch: 100 }), /a batch of 100 needs a window of a second or more/],
  [() => consumer(worked('work.fifo'), target, { window: 1 }), /window in seconds is 1; give .* 0 to 0/],
  [() => consumer(worked('work'), target, { maxConcurrency: 1 }), /maxConcurrency is 1; give .* 2 to 1000/],
  [() => consumer(queue('work'), target), /the queue has no dead-letter queue, .* give it one/],
  [
    () => consumer(worked('work', 10), target),
    /the queue's visibility timeout of 10 s is below the 30 s that worker may run; .* raise it/,
  ],
  [
    () => system('tabletop', { consumers: [consumer(worked('work'), target), consumer(worked('work'), target)] }),
    /another one has the same name/,
  ],
  [
    () => resourcesIn(system('tabletop', { also: [source] }), 'Production'),
    /stage "Production": a stage is up to 7 lower/,
  ],
];

describe('an impossible declaration', () => {
  for (const [declare, message] of IMPOSSIBLE)
    it(`is refused: ${message.source}`, () => {
      expect(declare).toThrow(DeclarationError);
      expect(declare).toThrow(message);
    });
});
