/** What the image holds, and what a container of it may do. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { stackUnderTest } from '../fixtures/compose.js';
import { docker } from '../fixtures/docker.js';

const stack = stackUnderTest();
const MEGABYTE = 1_000_000;

const sizeOf = async (image: string): Promise<number> =>
  Number(await docker(['image', 'inspect', '--format', '{{.Size}}', image]));

/** What a shell in a container prints, its errors too. */
const shell = (service: string, script: string): Promise<string> =>
  stack.compose('exec', '-T', service, 'sh', '-c', `${script} 2>&1 || true`);

describe('the image', () => {
  it('adds less than 60 MB to node:24-slim', async (test) => {
    const added = ((await sizeOf('tabletop')) - (await sizeOf('node:24-slim'))) / MEGABYTE;
    test.diagnostic(`${added.toFixed(1)} MB added`);
    expect(added).toBeLessThan(60);
  });

  it('holds bundles, no package but the pages that browsers load', async () => {
    expect((await shell('gateway', 'ls /app/node_modules')).trim()).toBe('swagger-ui-dist');
  });

  for (const service of ['gateway', 'order-service', 'notifier', 'pipes', 'aws', 'identity'])
    it(`runs ${service} as nobody special, on a root file system that cannot be written`, async () => {
      expect((await shell(service, 'id -u')).trim()).not.toBe('0');
      expect(await shell(service, 'touch /app/x')).toMatch(/Read-only file system/);
    });

  it('carries no secret', async () => {
    const variables = await docker(['image', 'inspect', '--format', '{{json .Config.Env}}', 'tabletop']);
    expect(variables).not.toMatch(/TOKEN|SECRET|PASSWORD|_KEY/);
  });
});
