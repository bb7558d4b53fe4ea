/** The Swagger page in a real browser: Chromium, where there is one. */
import { after, before, it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../fixtures/describe-unless.js';
import { chromium, type Browser } from 'playwright-core';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { programOnPath } from '../fixtures/program.js';
import { startTabletop } from '../fixtures/tabletop.js';

const executablePath = programOnPath('chromium', 'chromium-browser', 'google-chrome');

describeUnless(executablePath === undefined && 'no Chromium on PATH', 'the Swagger page', () => {
  let stack: LocalStack;
  let browser: Browser;

  before(async () => {
    stack = await startTabletop();
    browser = await chromium.launch({
      executablePath: executablePath ?? '',
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-background-networking',
        '--disable-component-update',
        '--disable-sync',
      ],
    });
  });
  after(async () => {
    await browser?.close();
    await stack?.stop();
  });

  it('shows the operations of all services without an error, and sends one', async () => {
    const page = await browser.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(error.message));
    page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
    page.on('request', (request) => {
      if (!request.url().startsWith(new URL(stack.apiUrl ?? '').origin) && !request.url().startsWith('data:'))
        errors.push(`left the machine: ${request.url()}`);
    });
    await page.goto(`${stack.apiUrl}/docs`);
    await page.locator('.opblock').first().waitFor();
    const paths = await page.locator('.opblock-summary-path').allInnerTexts();
    expect(paths.map((path) => path.replaceAll('\u200b', ''))).toEqual(
      expect.arrayContaining(['/add_user', '/users/{username}', '/orders', '/orders/{orderId}']),
    );
    const users = page.locator('.opblock-get', { hasText: '/users' }).first();
    await users.click();
    await users.getByRole('button', { name: 'Try it out' }).click();
    await users.getByRole('button', { name: 'Execute' }).click();
    await stack.journal.waitFor({ type: 'request', method: 'GET', path: '/dev/users', status: 200 });
    expect(errors).toEqual([]);
  });
});
