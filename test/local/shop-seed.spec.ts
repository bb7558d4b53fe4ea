/** Seed document 003's own test script, run unmodified on a fresh stack. Skipped where there is no `aws` or no `jq`. */
import { execFile, execFileSync } from 'node:child_process';
import { after, before, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'expect';
import { describeUnless } from '../fixtures/describe-unless.js';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { startTabletop } from '../fixtures/tabletop.js';

const SCRIPT = fileURLToPath(new URL('../../../test/e2e/seeds/test-complete.sh', import.meta.url));

function missing(): string | false {
  try {
    execFileSync('bash', ['-c', 'aws --version && jq --version && curl --version'], { stdio: 'ignore' });
    return false;
  } catch {
    return 'the script needs aws (pip install awscli), jq and curl';
  }
}

type Fields = Record<string, unknown>;

describeUnless(missing(), 'test-complete.sh of seed document 003', () => {
  let stack: LocalStack;
  let printed: string;

  before(async () => {
    stack = await startTabletop();
    const { stdout } = await promisify(execFile)('bash', [SCRIPT], {
      env: {
        PATH: process.env.PATH,
        AWS_ENDPOINT_URL: stack.awsUrl,
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'x',
        AWS_SECRET_ACCESS_KEY: 'x',
      },
    });
    printed = stdout;
  });
  after(() => stack.stop());

  /** What follows a heading, up to the next empty line, as JSON. */
  const json = (heading: string): Fields => {
    const [, text = ''] = printed.split(`${heading}\n`);
    return JSON.parse(text.split(/\n(?=\n|===)/)[0] ?? '') as Fields;
  };
  const answer = (label: string): Fields =>
    JSON.parse(new RegExp(`^${label} Response: (.*)$`, 'm').exec(printed)?.[1] ?? '') as Fields;
  const userId = (): unknown => answer('User').userId;

  it('finds the API by the stack’s outputs', () => {
    expect(printed).toContain(`API URL: ${stack.apiUrl}\n`);
  });

  it('creates a user and two products', () => {
    expect(answer('User')).toEqual({
      userId: expect.any(String) as unknown,
      message: 'User registered successfully',
    });
    for (const n of [1, 2])
      expect(answer(`Product ${n}`)).toEqual({
        productId: expect.any(String) as unknown,
        message: 'Product created successfully',
      });
  });

  it('places an order of both', () => {
    expect(answer('Order')).toMatchObject({
      message: 'Order placed successfully',
      total: 1059.97,
      data: {
        Items: [
          { Name: 'Laptop', UnitPrice: 999.99, Quantity: 1 },
          { Name: 'Mouse', UnitPrice: 29.99, Quantity: 2 },
        ],
      },
    });
  });

  it('lists users, products with what is left of their stock, and orders', () => {
    expect(json('All Users:')).toMatchObject({ data: [{ Username: userId(), Name: 'John Doe' }] });
    const stocks = (json('All Products:').data as Fields[]).map(({ Name, Stock }) => [Name, Stock]);
    expect(Object.fromEntries(stocks)).toEqual({ Laptop: 4, Mouse: 18 });
    const { orderId } = answer('Order');
    expect(json('All Orders:')).toMatchObject({ data: [{ OrderId: orderId }] });
    expect(json("User's Orders:")).toMatchObject({ data: [{ Username: userId() }, { OrderId: orderId }] });
    expect(json('Specific Order:')).toMatchObject({ success: true, data: { OrderId: orderId, Status: 'PLACED' } });
  });

  it('comes to its end', () => {
    expect(printed).toContain('=== Test Complete! ===');
  });
});
