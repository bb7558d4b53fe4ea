/** A stack with an alarm on each thing that can be watched, on a clock that the tests move. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { SQSClient } from '@aws-sdk/client-sqs';
import { ManualClock } from '../../libs/pipes/test/manual-clock.js';
import { whenMetric } from '../../libs/topology/src/alarm.js';
import {
  ageOf,
  deadLettersIn,
  depthOf,
  errorLinesIn,
  errorsIn,
  failuresIn,
  partialFailuresIn,
  serverErrorsIn,
  throttlesIn,
} from '../../libs/topology/src/alarms-on.js';
import { handlerFunction, httpFunction, queue, singleTable, topic } from '../../libs/topology/src/construct.js';
import { minutes } from '../../libs/topology/src/duration.js';
import { metricFilter } from '../../libs/topology/src/metric-filter.js';
import { pipe } from '../../libs/topology/src/pipe.js';
import { restApi } from '../../libs/topology/src/rest-api.js';
import { system } from '../../libs/topology/src/system.js';
import { queueUrl } from '../../localstack/src/account.js';
import { type JournalEntry } from '../../localstack/src/journal-event.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { temporaryFolder } from '../fixtures/folder.js';

const FILES = {
  'worker/lambda.mjs': `export const handler = async ({ lines = [], fail, sleepMs }) => {
    for (const line of lines) console.log(line);
    if (sleepMs) await new Promise((resolve) => setTimeout(resolve, sleepMs));
    if (fail) throw new Error(fail);
  };`,
  'web/lambda.mjs': `export const handler = async () => ({ statusCode: 500, body: '' });`,
  'picky/lambda.mjs': `export const handler = async (event) => {
    if (Array.isArray(event)) return { batchItemFailures: [{ itemIdentifier: event[0].eventID }] };
    await new Promise((resolve) => setTimeout(resolve, event.sleepMs));
  };`,
  'broken/lambda.mjs': `export const handler = async () => { throw new Error('always'); };`,
};
const table = singleTable('data', { stream: 'NEW_IMAGE' });
const worker = handlerFunction('worker', { entry: 'worker', timeout: 1, memory: 128 });
const api = restApi('api', { routes: { 'GET /web': httpFunction('web', { entry: 'web' }) } });
const failing = pipe('failing', {
  source: table,
  retries: 0,
  target: handlerFunction('broken', { entry: 'broken' }),
});
const partly = pipe('partly', {
  source: table,
  filter: [{ dynamodb: { Keys: { PK: { S: ['in part'] } } } }],
  retries: 0,
  target: handlerFunction('picky', { entry: 'picky', timeout: 2 }),
});
const [dead, backlog] = [queue('dead'), queue('backlog')];
const slow = metricFilter('slow-lines', { function: worker, pattern: '{ $.latency = * }', value: '$.latency' });
const [monitoring, inbox] = [topic('monitoring'), queue('alarm-inbox')];
const topology = system('watched', {
  api,
  pipes: [failing, partly],
  subscriptions: [monitoring.deliverTo(inbox)],
  alarms: [
    errorLinesIn(worker).to(monitoring, { ok: true }),
    ...[errorsIn(worker), throttlesIn(worker), serverErrorsIn(api), failuresIn(failing), deadLettersIn(dead)],
    ...[partialFailuresIn(partly), throttlesIn(partly)],
    ...[depthOf(backlog, { threshold: 2 }), ageOf(backlog, { threshold: minutes(5) })],
    whenMetric('slow', { of: slow }, { threshold: 100, statistic: 'Average', comparison: 'GreaterThanThreshold' }),
    whenMetric(
      'few-orders',
      { of: undefined, name: 'Orders', dimensions: { service: 'shop' } },
      {
        ...{ threshold: 5, comparison: 'LessThanThreshold', period: minutes(2) },
        ...{ evaluationPeriods: 3, datapointsToAlarm: 2, missingData: 'missing' },
      },
    ).to(monitoring, { insufficientData: true }),
  ],
});

export class WatchedStack {
  readonly clock = new ManualClock();
  stack!: LocalStack;
  clients!: { readonly lambda: LambdaClient; readonly queues: SQSClient; readonly tables: DynamoDBClient };
  readonly #folders = { root: temporaryFolder(FILES), dataDir: temporaryFolder() };

  private constructor() {}

  static async start(): Promise<WatchedStack> {
    const watched = new WatchedStack();
    await watched.#start();
    return watched;
  }

  async stop(): Promise<void> {
    for (const client of Object.values(this.clients)) client.destroy();
    await this.stack.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.#start();
  }

  /** Lets minutes end, and each be looked at. */
  async pass(count = 1): Promise<void> {
    for (let minute = 0; minute < count; minute++) {
      await this.clock.passSleep(() => true);
      await this.clock.sleeping(() => true);
    }
  }

  invoke(event: object): Promise<unknown> {
    const Payload = Buffer.from(JSON.stringify(event));
    return this.clients.lambda.send(new InvokeCommand({ FunctionName: 'watched-dev-worker', Payload }));
  }

  urlOf(queueName: string): string {
    return queueUrl(this.stack.awsUrl, `watched-dev-${queueName}`);
  }

  /** Into which states an alarm went since an entry of the journal. */
  wentTo(name: string, since = 0): string[] {
    return this.stack.journal
      .entries((entry) => entry.seq >= since && entry.type === 'alarm' && entry.alarm === `watched-dev-${name}`)
      .map((entry) => (entry.type === 'alarm' ? entry.to : ''));
  }

  /** What the topic of the alarms was sent since an entry of the journal. */
  told(since: number): Extract<JournalEntry, { type: 'message' }>[] {
    return this.stack.journal
      .entries((entry) => entry.seq >= since && entry.type === 'message' && entry.to === 'watched-dev-monitoring')
      .flatMap((entry) => (entry.type === 'message' ? [entry] : []));
  }

  async #start(): Promise<void> {
    this.stack = await startLocalStack({ topology, ...this.#folders, clock: this.clock, maxInstances: 1 });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    const settings = { endpoint: this.stack.awsUrl, region: 'us-east-1', credentials, maxAttempts: 1 };
    this.clients = {
      lambda: new LambdaClient(settings),
      queues: new SQSClient(settings),
      tables: new DynamoDBClient(settings),
    };
  }
}
