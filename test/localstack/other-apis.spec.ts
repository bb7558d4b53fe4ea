/** What the endpoint answers itself, in front of a LocalStack that is not asked: logs, alarms, the stack's outputs, Invoke. */
import { after, describe, it } from 'node:test';
import { CloudWatchClient, DescribeAlarmsCommand } from '@aws-sdk/client-cloudwatch';
import { CloudWatchLogsClient, FilterLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { expect } from 'expect';
import { type Resource, type Topic } from '../../libs/topology/src/model.js';
import { physicalName, resourcesIn } from '../../libs/topology/src/system.js';
import { topology } from '../../libs/topology/src/topology.js';
import { queueUrl, topicArn } from '../../localstack/src/account.js';
import { until } from '../../localstack/src/child-process.js';

const [awsUrl, apiUrl] = [process.env.AWS_ENDPOINT_URL ?? '', process.env.API_URL ?? ''];
const resources = resourcesIn(topology, 'dev');
const nameOf = (resource: Resource): string => physicalName(topology, 'dev', resource);
/** Lines of a service come to the endpoint in batches. */
const PATIENCE_MS = 10_000;

describe('the endpoint in front of LocalStack', () => {
  const [logs, lambda, alarms] = [
    new CloudWatchLogsClient(),
    new LambdaClient({ maxAttempts: 1 }),
    new CloudWatchClient(),
  ];
  after(() => [logs, lambda, alarms].forEach((client) => client.destroy()));

  it('finds the line that a service wrote for a request, by its id, in the log group of that service alone', async () => {
    const requestId = `logs-${Date.now().toString(36)}`;
    await fetch(`${apiUrl}/products/nothing`, { headers: { 'x-request-id': requestId } });
    const linesIn = async (service: string): Promise<unknown[]> => {
      const logGroupName = `/aws/lambda/tabletop-dev-${service}`;
      const filterPattern = `{ $.requestId = "${requestId}" && $.message = "request" }`;
      const { events = [] } = await logs.send(new FilterLogEventsCommand({ logGroupName, filterPattern }));
      return events.map(({ message = '' }) => JSON.parse(message) as unknown);
    };
    let found: unknown[] = [];
    const look = async (): Promise<boolean> => (found = await linesIn('product-service')).length > 0;
    await until('no line of the request', look, PATIENCE_MS);
    const about = { method: 'GET', status: 404 };
    expect(found).toEqual([expect.objectContaining({ service: 'product-service', requestId, ...about })]);
    expect(await linesIn('order-service')).toEqual([]);
  });

  it('lists the alarms as they are declared, and no other', async () => {
    const { MetricAlarms = [] } = await alarms.send(new DescribeAlarmsCommand({ MaxRecords: 100 }));
    const arns = (topics: readonly Topic[]): string[] => topics.map((topic) => topicArn(nameOf(topic)));
    const declared = resources.flatMap((alarm) =>
      alarm.kind === 'alarm'
        ? {
            ...{ AlarmName: nameOf(alarm), AlarmDescription: alarm.description },
            ...{ Period: alarm.period, EvaluationPeriods: alarm.evaluationPeriods, Threshold: alarm.threshold },
            ...{ DatapointsToAlarm: alarm.datapointsToAlarm, TreatMissingData: alarm.missingData },
            ...{ AlarmActions: arns(alarm.actions.alarm), OKActions: arns(alarm.actions.ok) },
            InsufficientDataActions: arns(alarm.actions.insufficientData),
            StateValue: expect.stringMatching(/^(OK|ALARM|INSUFFICIENT_DATA)$/),
          }
        : [],
    );
    const byName = (one: { AlarmName?: string }, other: { AlarmName?: string }): number =>
      (one.AlarmName ?? '') < (other.AlarmName ?? '') ? -1 : 1;
    expect(declared.length).toBeGreaterThan(0);
    expect(MetricAlarms).toHaveLength(declared.length);
    expect(MetricAlarms.sort(byName)).toMatchObject(declared.sort(byName));
  });

  for (const StackName of ['tabletop-dev', 'ecommerce-microservices'])
    it(`gives the outputs of the stack ${StackName}`, async () => {
      // As every SDK words it for the query protocol.
      const scope = 'x/20260101/us-east-1/cloudformation/aws4_request';
      const response = await fetch(awsUrl, {
        method: 'POST',
        headers: { authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=x` },
        body: new URLSearchParams({ Action: 'DescribeStacks', Version: '2010-05-15', StackName }),
      });
      const text = (await response.text()).replaceAll('//localhost:', '//127.0.0.1:');
      const pairs = text.matchAll(/<OutputKey>([^<]+)<\/OutputKey><OutputValue>([^<]+)<\/OutputValue>/g);
      const outputs = Object.fromEntries([...pairs].map(([, key = '', value = '']) => [key, value]));
      expect([response.status, text]).toEqual([200, expect.stringContaining(`<StackName>${StackName}</StackName>`)]);
      const url = (queue: string): string => queueUrl(awsUrl, `tabletop-dev-${queue}`);
      expect(outputs).toEqual({
        ...{ ApiUrl: apiUrl, APIEndpoint: apiUrl, DataTable: 'tabletop-dev-data' },
        OrderEventsTopicArn: topicArn('tabletop-dev-order-events'),
        MonitoringTopicArn: topicArn('tabletop-dev-monitoring'),
        AlarmsTopic: topicArn('tabletop-dev-monitoring'),
        ...{ OrderEventsDeadQueueUrl: url('order-events-dead'), OrderEventsInboxQueueUrl: url('order-events-inbox') },
        ProductPurchasesFifoQueueUrl: url('product-purchases.fifo'),
        ProductPurchasesDeadFifoQueueUrl: url('product-purchases-dead.fifo'),
        ...{ UserPool: 'us-east-1_tabletop', UserPoolClient: 'tabletop' },
      });
    });

  it('refuses to invoke a function that is an HTTP server here, and says what to call instead', async () => {
    const invoked = lambda.send(new InvokeCommand({ FunctionName: 'tabletop-dev-user-service' }));
    await expect(invoked).rejects.toMatchObject({
      message: 'user-service is an HTTP server in this runtime and takes no Invoke; call it through the API.',
      $metadata: expect.objectContaining({ httpStatusCode: 501 }) as unknown,
    });
  });

  it('knows no function that is not declared', async () => {
    const invoked = lambda.send(new InvokeCommand({ FunctionName: 'tabletop-dev-nothing' }));
    await expect(invoked).rejects.toMatchObject({
      ...{ name: 'ResourceNotFoundException', message: 'Function not found: tabletop-dev-nothing' },
      $metadata: expect.objectContaining({ httpStatusCode: 404 }) as unknown,
    });
  });
});
