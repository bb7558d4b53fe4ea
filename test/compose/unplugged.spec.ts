/** A LocalStack that is gone with its network: nothing tells those who wait for its answer that their connection has ended. */
import { it } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { expect } from 'expect';
import { CREDENTIALS, REGION } from '../../localstack/src/account.js';
import { until } from '../../localstack/src/child-process.js';
import { docker } from '../fixtures/docker.js';
import { describeUnless } from '../fixtures/describe-unless.js';
import { stackUnderTest } from '../fixtures/compose.js';
import { containersOf, freeze, thaw } from './containers.js';

const stack = stackUnderTest();
const PATIENCE_MS = 30_000;
const mayFreeze = process.getuid?.() === 0;

describeUnless(mayFreeze ? false : 'needs root to stop processes', 'a LocalStack without its network', () => {
  it('leaves no caller without an answer, also of what is passed on unread, and is found again', async (test) => {
    const identity = new STSClient({
      endpoint: stack.awsUrl,
      region: REGION,
      credentials: CREDENTIALS,
      maxAttempts: 1,
    });
    const ask = (): Promise<unknown> => identity.send(new GetCallerIdentityCommand());
    const [localstack] = await containersOf(stack, 'localstack');
    const network = `${stack.environment.COMPOSE_PROJECT_NAME}_localstack`;
    await ask();
    // It has the request, and does not come to answer it.
    await freeze(localstack!);
    const asked = performance.now();
    const outcome = ask().then(
      () => 'an answer',
      ({ $metadata }: { $metadata?: { httpStatusCode?: number } }) => $metadata?.httpStatusCode,
    );
    try {
      await docker(['network', 'disconnect', '--force', network, localstack!.id]);
      expect(await Promise.race([outcome, delay(PATIENCE_MS, 'none', { ref: false })])).toBe(503);
      test.diagnostic(`503 after ${Math.round(performance.now() - asked)} ms`);
    } finally {
      await docker(['network', 'connect', '--alias', 'localstack', network, localstack!.id]);
      await thaw(localstack!);
    }
    await until(
      'it is not found again',
      () =>
        ask().then(
          () => true,
          () => false,
        ),
      PATIENCE_MS,
    );
    await stack.recover('--no-build');
    identity.destroy();
  });
});
