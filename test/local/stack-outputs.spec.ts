/** What CloudFormation tells of a deployment, asked of the local stack. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { startTabletop } from '../fixtures/tabletop.js';

describe('the outputs of the stack', () => {
  let stack: LocalStack;
  before(async () => {
    stack = await startTabletop();
  });
  after(() => stack.stop());

  /** A request as every SDK words it for the query protocol. */
  const ask = async (parameters: Record<string, string>): Promise<{ status: number; text: string }> => {
    const response = await fetch(stack.awsUrl, {
      method: 'POST',
      headers: {
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
        authorization:
          'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/cloudformation/aws4_request, SignedHeaders=host, Signature=x',
      },
      body: new URLSearchParams({ Version: '2010-05-15', ...parameters }),
    });
    return { status: response.status, text: await response.text() };
  };
  const outputsIn = (xml: string): Record<string, string> =>
    Object.fromEntries(
      [...xml.matchAll(/<OutputKey>([^<]+)<\/OutputKey><OutputValue>([^<]+)<\/OutputValue>/g)].map(
        ([, key = '', value = '']) => [key, value],
      ),
    );

  for (const StackName of ['tabletop-dev', 'ecommerce-microservices'])
    it(`are told under the name ${StackName}`, async () => {
      const { status, text } = await ask({ Action: 'DescribeStacks', StackName });
      expect(status).toBe(200);
      expect(text).toContain(`<StackName>${StackName}</StackName>`);
      expect(outputsIn(text)).toMatchObject({
        ApiUrl: stack.apiUrl,
        APIEndpoint: stack.apiUrl,
        UserPool: 'us-east-1_tabletop',
        UserPoolClient: 'tabletop',
        AlarmsTopic: 'arn:aws:sns:us-east-1:000000000000:tabletop-dev-monitoring',
        DataTable: 'tabletop-dev-data',
        OrderEventsTopicArn: 'arn:aws:sns:us-east-1:000000000000:tabletop-dev-order-events',
        ProductPurchasesFifoQueueUrl: `${stack.awsUrl}/000000000000/tabletop-dev-product-purchases.fifo`,
      });
    });

  it('are those of the one stack where none is named', async () => {
    const { text } = await ask({ Action: 'DescribeStacks' });
    expect(text).toContain('<StackName>tabletop-dev</StackName>');
  });

  it('are not told of another stack, and nothing else of CloudFormation is there', async () => {
    const unknown = await ask({ Action: 'DescribeStacks', StackName: 'mine' });
    expect([unknown.status, unknown.text]).toEqual([
      400,
      expect.stringContaining('<Code>ValidationError</Code><Message>Stack with id mine does not exist</Message>'),
    ]);
    const other = await ask({ Action: 'CreateStack', StackName: 'mine' });
    expect([other.status, other.text]).toEqual([501, expect.stringContaining('cloudformation: CreateStack')]);
  });
});
