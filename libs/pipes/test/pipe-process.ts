/** The process of kill-at-save.ts: tells each delivered key, then that it is about to save, and never does. */
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { fileCheckpoints } from '../src/checkpoint.js';
import { lambdaTarget } from '../src/lambda-target.js';
import { startPipe } from '../src/pipe.js';
import { type StreamEvent } from '../src/stream-event.js';
import { type KilledPipe } from './kill-at-save.js';
import { FUNCTION_ARN, keysOf } from './pipe-fixture.js';

const { endpoint, streamArn, name, folder, batchSize } = JSON.parse(process.argv[2] ?? '') as KilledPipe;
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const checkpoints = fileCheckpoints(folder);
let delivered = 0;

await startPipe({
  name,
  source: {
    streamArn,
    client: new DynamoDBStreamsClient({ endpoint, region: 'us-east-1', credentials }),
    startingPosition: 'TRIM_HORIZON',
    batchSize,
  },
  target: lambdaTarget({
    arn: FUNCTION_ARN,
    invoke: (payload) => {
      delivered += 1;
      process.stdout.write(`${keysOf(JSON.parse(payload) as StreamEvent[]).join('\n')}\n`);
      return Promise.resolve({ statusCode: 200, payload: 'null' });
    },
  }),
  checkpoints: {
    ...checkpoints,
    save: (...args) => {
      if (delivered === 0) return checkpoints.save(...args);
      process.stdout.write('saving\n');
      return new Promise(() => undefined);
    },
  },
});
