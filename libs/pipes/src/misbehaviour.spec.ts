/** Targets and enrichments that hang, break off, answer garbage or vanish: nothing is lost, other shards flow, the log says why. */
import { type ServerResponse } from 'node:http';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { HttpService } from '../test/http-service.js';
import { lambdaAt } from '../test/lambda-endpoint.js';
import { ManualClock } from '../test/manual-clock.js';
import { pipeOn, type TestPipe, type TestPipeOptions } from '../test/pipe-fixture.js';
import { SCRIPTED_ARN, ScriptedStream } from '../test/scripted-stream.js';
import { httpEnrichment } from './http-enrichment.js';

const DESTINATION = 'arn:aws:events:us-east-1:000000000000:api-destination/shop/0a1b';

/** How the misbehaving service is built into a pipe. */
const PLACES = {
  'a function': (url: string): TestPipeOptions & { destroy?: () => void } => lambdaAt(url),
  'an HTTP enrichment': (url: string): TestPipeOptions & { destroy?: () => void } => ({
    enrichment: httpEnrichment({ arn: DESTINATION, method: 'POST', endpoint: url }),
  }),
};

interface Scene {
  readonly running: TestPipe;
  readonly clock: ManualClock;
  readonly service: HttpService;
  readonly stream: ScriptedStream;
  /** Keys that the service took, in order. */
  readonly taken: string[];
}

/** A pipe from two shards: `stuck` holds bad, then behind; `free` holds one, then two. The service answers bad as told. */
async function scene(
  place: keyof typeof PLACES,
  answerBad: (response: ServerResponse, call: number) => void,
  play: (scene: Scene) => Promise<void>,
  options: TestPipeOptions = {},
): Promise<void> {
  const stream = new ScriptedStream();
  const [stuck, free] = [stream.shard('stuck'), stream.shard('free')];
  stuck.write(1, 'bad');
  stuck.write(2, 'behind');
  free.write(1, 'one');
  const taken: string[] = [];
  let bad = 0;
  const service = new HttpService((response, { body }) => {
    const [, key = ''] = /"PK":\{"S":"(\w+)"/.exec(body) ?? [];
    const take = (): void => {
      taken.push(key);
      response.end('null');
    };
    if (key !== 'bad') return take();
    bad += 1;
    if (bad === 3) take();
    else answerBad(response, bad);
  });
  await service.start();
  const client = await stream.start();
  const clock = new ManualClock();
  const { destroy, ...stage } = PLACES[place](service.url);
  const running = await pipeOn(
    { name: 'misbehaving', streamArn: SCRIPTED_ARN, client },
    { clock, ...stage, ...options, source: { batchSize: 1, maximumRetryAttempts: 2 } },
  );
  try {
    await play({ running, clock, service, stream, taken });
  } finally {
    await running.pipe.stop();
    await service.stop();
    await stream.stop();
    destroy?.();
  }
}

/** Of the two tries that failed. */
const reasons = ({ log }: TestPipe): string[] =>
  log
    .of('execution')
    .filter(({ messageType }) => /^(ENRICHMENT|TARGET)_INVOCATION_FAILED$/.test(messageType))
    .map(({ error }) => `${error?.message} ${error?.details ?? ''}`);

const ended = ({ log }: TestPipe, key: 'bad' | 'behind' | 'one' | 'two'): Promise<unknown> =>
  log.waitFor('execution', (step) => step.messageType === 'EXECUTION_SUCCEEDED' && step.records[0]?.eventID.includes(`event-of-${key}`) === true); // prettier-ignore

for (const place of Object.keys(PLACES) as (keyof typeof PLACES)[]) {
  describe(`${place} that misbehaves`, () => {
    it('hangs: the execution ends after five minutes, other shards flow meanwhile', async () => {
      await scene(
        place,
        () => undefined,
        async ({ running, clock, stream, taken }) => {
          for (let attempt = 1; attempt <= 2; attempt += 1) {
            await clock.sleeping((ms) => ms === 300_000);
            stream.shards[1]?.write(attempt + 1, 'two');
            running.pipe.wake();
            await running.log.waitFor('execution', ({ messageType, shardId }) => messageType === 'EXECUTION_SUCCEEDED' && shardId === 'free', attempt + 1); // prettier-ignore
            clock.advance(300_000);
            await running.log.waitFor('execution', ({ messageType }) => messageType === 'EXECUTION_TIMEOUT', attempt);
            await clock.passSleep((ms) => ms === 0);
          }
          await ended(running, 'behind');
          expect(taken).toEqual(['one', 'two', 'two', 'bad', 'behind']);
          expect(reasons(running)).toEqual(Array(2).fill('The execution took longer than 300 seconds '));
        },
      );
    });

    const faults: readonly (readonly [title: string, answer: (response: ServerResponse) => void, why: RegExp])[] = [
      [
        'closes the socket before it answers',
        (response) => void response.destroy(),
        /socket hang up|other side closed/,
      ],
      [
        'closes the socket in the middle of its answer',
        (response) => {
          response.writeHead(200, { 'content-length': '1000' }).write('{"half":');
          setImmediate(() => response.destroy());
        },
        /aborted|terminated|other side closed|ECONNRESET/,
      ],
      [
        'answers what is no HTTP',
        (response) => void response.socket?.end('what?\r\n\r\n'),
        /Parse Error|HTTP|Expected|Invalid/,
      ],
      [
        'answers 10 MB',
        (response) => void response.end(JSON.stringify('x'.repeat(10 * 1024 * 1024))),
        /The function answered 10485762 bytes|The answer has more than 6291456 bytes/,
      ],
      [
        'answers an error page',
        (response) => void response.writeHead(502, { 'content-type': 'text/html' }).end('<h1>Bad gateway</h1>'),
        /502|UnknownError|Bad gateway|not valid JSON/,
      ],
    ];
    for (const [title, answer, why] of faults) {
      it(`${title}: tried again until it is well, and other shards flow meanwhile`, async () => {
        await scene(place, answer, async ({ running, clock, stream, taken }) => {
          await clock.sleeping((ms) => ms === 0);
          stream.shards[1]?.write(2, 'two');
          running.pipe.wake();
          await ended(running, 'two');
          expect(taken).toEqual(['one', 'two']);
          for (let attempt = 1; attempt <= 2; attempt += 1) await clock.passSleep((ms) => ms === 0);
          await ended(running, 'behind');
          expect(taken).toEqual(['one', 'two', 'bad', 'behind']);
          expect(reasons(running)).toEqual(Array(2).fill(expect.stringMatching(why)));
        });
      });
    }

    it('is gone for a minute: its records wait, uncounted, and none is lost', async () => {
      const backoff = { baseMs: 1_000, capMs: 60_000 };
      const isPause = (ms: number): boolean => ms >= 500 && ms <= 60_000;
      await scene(
        place,
        (response) => void response.end('null'),
        async ({ running, clock, service, stream, taken }) => {
          await ended(running, 'bad');
          await ended(running, 'one');
          await ended(running, 'behind');
          await service.stop();
          const gone = clock.now();
          stream.shards[0]?.write(3, 'later');
          running.pipe.wake();
          let tries = 0;
          while (clock.now() - gone < 60_000) {
            await clock.passSleep(isPause);
            tries += 1;
          }
          // The last try has failed too before the service is back.
          await clock.sleeping(isPause);
          await service.start();
          await clock.passSleep(isPause);
          await running.log.waitFor('execution', ({ messageType, shardId }) => messageType === 'EXECUTION_SUCCEEDED' && shardId === 'stuck', 3); // prettier-ignore
          expect(taken).toEqual(['one', 'behind', 'later']);
          expect(tries).toBeGreaterThan(3);
          expect(reasons(running)).toEqual(
            Array(reasons(running).length).fill(expect.stringContaining('ECONNREFUSED')),
          );
          expect(running.log.of('discarded')).toEqual([]);
        },
        { backoff },
      );
    });
  });
}
