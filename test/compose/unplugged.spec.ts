/** A LocalStack that is gone with its network: nothing tells those who wait for its answer that their connection has ended. */
import { it } from 'node:test';
import { expect } from 'expect';
import { until } from '../../localstack/src/child-process.js';
import { docker } from '../fixtures/docker.js';
import { describeUnless } from '../fixtures/describe-unless.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { containersOf, freeze, thaw } from './containers.js';

const stack = stackUnderTest();
const PATIENCE_MS = 60_000;
/** That the endpoint has no part in: it passes the call on unread. */
const CALL = {
  method: 'POST',
  headers: {
    authorization:
      'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/kinesis/aws4_request, SignedHeaders=host, Signature=x',
    'content-type': 'application/x-amz-json-1.1',
    'x-amz-target': 'Kinesis_20131202.ListStreams',
  },
  body: '{}',
};
const mayFreeze = process.getuid?.() === 0;

/** Whether LocalStack has answered, or why it has not. */
async function ask(): Promise<string> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  const answer = await fetch(stack.awsUrl, { ...CALL, signal }).catch((error: Error) => error.name);
  if (typeof answer === 'string') return answer;
  const text = await answer.text();
  return answer.status === 503 && text.includes('kinesis does not answer') ? 'does not answer' : 'has answered';
}

describeUnless(mayFreeze ? false : 'needs root to stop processes', 'a LocalStack without its network', () => {
  it('leaves no caller without an answer, and is found again', async (test) => {
    const [localstack] = await containersOf(stack, 'localstack');
    const network = `${stack.environment.COMPOSE_PROJECT_NAME}_localstack`;
    try {
      // Each on a connection of its own, which is kept.
      expect(await Promise.all([ask(), ask(), ask()])).toEqual(Array(3).fill('has answered'));
      // It takes two calls and does not come to answer them; the third is lost on its way.
      await freeze(localstack!);
      const asked = performance.now();
      const waiting = [ask(), ask()];
      await docker(['network', 'disconnect', '--force', network, localstack!.id]);
      expect(await Promise.all([...waiting, ask()])).toEqual(Array(3).fill('does not answer'));
      test.diagnostic(`no answer after ${Math.round(performance.now() - asked)} ms`);
    } finally {
      await docker(['network', 'connect', '--alias', 'localstack', network, localstack!.id]).finally(() =>
        thaw(localstack!),
      );
    }
    await until('it is not found again', async () => (await ask()) === 'has answered', PATIENCE_MS);
    await stack.recover('--no-build');
  });
});
