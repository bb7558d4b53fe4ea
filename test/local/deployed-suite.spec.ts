/** `STACK=aws npm run test:e2e` as a person meets it who has not read what it wants. */
import { spawnSync } from 'node:child_process';
import { it } from 'node:test';
import { expect } from 'expect';

it('the suite on a deployed stage names the outputs that it has to be told, and nothing else', () => {
  const env = { PATH: process.env.PATH, STACK: 'aws', API_URL: 'https://api.example.org/dev' };
  const { status, stderr } = spawnSync(process.execPath, ['dist/test/e2e/run.js'], { env, encoding: 'utf8' });
  expect([status, stderr]).toEqual([
    1,
    'Set USER_POOL_ID (output UserPool), INBOX_QUEUE_URL (output OrderEventsInboxQueueUrl) to what the deployment printed; an inbox exists in stage dev only.\n',
  ]);
});
