/** A stack with alarms, on a clock that the tests move, and a client of its CloudWatch. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { ManualClock } from '../../libs/pipes/test/manual-clock.js';
import { depthOf, errorsIn, throttlesIn } from '../../libs/topology/src/alarms-on.js';
import { handlerFunction, queue, topic } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { temporaryFolder } from '../fixtures/folder.js';

export const MINUTE = 60_000;
export const DAY = 24 * 60 * MINUTE;
const HANDLER = `export const handler = async ({ fail }) => { if (fail) throw new Error(fail); };`;
export const worker = handlerFunction('worker', { entry: 'worker' });
const monitoring = topic('monitoring');
const topology = system('seen', {
  alarms: [errorsIn(worker).to(monitoring), throttlesIn(worker), depthOf(queue('work'), { threshold: 10 })],
});

/** What a client of the stack is made of. */
interface ClientSettings {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

export interface CloudWatchStack {
  readonly stack: LocalStack;
  /** Where the code of its functions is. */
  readonly root: string;
  readonly clock: ManualClock;
  /** An hour before the clock's first time, and a minute after it. */
  readonly times: { readonly StartTime: Date; readonly EndTime: Date };
  readonly settings: ClientSettings;
  readonly client: CloudWatchClient;
  stop(): Promise<void>;
}

export async function startCloudWatchStack(): Promise<CloudWatchStack> {
  const root = temporaryFolder({ 'worker/lambda.mjs': HANDLER });
  // Noon, and in the middle of a minute: no test meets the turn of either.
  const clock = new ManualClock(Math.floor(Date.now() / DAY) * DAY + DAY / 2 + MINUTE / 2);
  const times = { StartTime: new Date(clock.now() - 60 * MINUTE), EndTime: new Date(clock.now() + MINUTE) };
  const stack = await startLocalStack({ topology, root, clock });
  const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
  const settings = { endpoint: stack.awsUrl, region: 'us-east-1', credentials };
  const client = new CloudWatchClient({ ...settings, maxAttempts: 1 });
  return {
    ...{ stack, root, clock, times, settings, client },
    stop: async () => {
      client.destroy();
      await stack.stop();
    },
  };
}
