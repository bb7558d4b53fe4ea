/** The process of kill-at.ts: tells each delivered key and dead letter, and kills itself where it is told to. */
import { readdirSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { fileCheckpoints } from '../src/checkpoint.js';
import { fileDeadLetters } from '../src/dead-letter-store.js';
import { lambdaTarget } from '../src/lambda-target.js';
import { startPipe } from '../src/pipe.js';
import { type StreamEvent } from '../src/stream-event.js';
import { CRASH_POINTS, type CrashPoint } from './crash-points.js';
import { type KilledPipe } from './kill-at.js';
import { FUNCTION_ARN, keysOf, QUEUE_ARN } from './pipe-fixture.js';

const { endpoint, streamArn, name, folder, point } = JSON.parse(process.argv[2] ?? '') as KilledPipe;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const checkpoints = fileCheckpoints(folder);
const kept = fileDeadLetters(join(folder, 'dead-letters'));
/** Number of the batch in hand. */
let batch = 0;

// Written at once: what a stream still holds back dies with the process.
const tell = (line: string): number => writeSync(1, `${line}\n`);

function reached(here: CrashPoint): void {
  const expected = here in CRASH_POINTS ? CRASH_POINTS[here as keyof typeof CRASH_POINTS].delivered.length : 1;
  if (here === point && (expected === 0 || batch === 2)) process.kill(process.pid, 'SIGKILL');
}

await startPipe({
  name,
  source: {
    streamArn,
    client: new DynamoDBStreamsClient({ endpoint, region: 'us-east-1', credentials }),
    startingPosition: 'TRIM_HORIZON',
    batchSize: 1,
    maximumRetryAttempts: 0,
    deadLetter: {
      arn: QUEUE_ARN,
      send: () => {
        reached('records kept');
        tell('dead letter');
        reached('message sent');
        return Promise.resolve();
      },
    },
  },
  target: lambdaTarget({
    arn: FUNCTION_ARN,
    invoke: (payload) => {
      tell(keysOf(JSON.parse(payload) as StreamEvent[]).join('\n'));
      reached('target called');
      const fails = !(point in CRASH_POINTS) && batch === 2;
      return Promise.resolve({ statusCode: 200, payload: 'null', ...(fails && { functionError: 'Unhandled' }) });
    },
  }),
  checkpoints: {
    ...checkpoints,
    save: async (...args) => {
      reached('checkpoint begun');
      if (point === 'checkpoint half written' && batch === 2) {
        // As the store does: beside the file, then in its place. The kill comes in between.
        const [file] = readdirSync(folder).filter((each) => each.endsWith('.json'));
        writeFileSync(join(folder, `${file}.tmp`), '{"pipeArn":"arn:aws:pi');
        reached(point);
      }
      await checkpoints.save(...args);
      reached('checkpoint stored');
    },
  },
  deadLetters: kept,
  onEvent: (event) => {
    if (event.type === 'stream-record') reached('stream read');
    if (event.type === 'filter') reached('filtered');
    if (event.type !== 'execution') return;
    if (event.messageType === 'EXECUTION_STARTED') batch += 1;
    if (event.messageType in CRASH_POINTS) reached(event.messageType as CrashPoint);
  },
});
