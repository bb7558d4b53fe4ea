/** CloudWatch of a running stack in each of the protocols that its clients speak: JSON, CBOR, and the query protocol. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { MINUTE, startCloudWatchStack, type CloudWatchStack } from './cloudwatch-stack.js';
import { aws, withoutCli } from './command-line-tool.js';

describe('CloudWatch', () => {
  let seen: CloudWatchStack;
  before(async () => {
    seen = await startCloudWatchStack();
  });
  after(() => seen.stop());

  it('refuses a member that it does not read, and a body that is none, in each protocol', async () => {
    const target = { 'x-amz-target': 'GraniteServiceVersion20100801.ListMetrics' };
    const json = await fetch(seen.stack.awsUrl, { method: 'POST', headers: target, body: '{"OwningAccount":"1"}' });
    expect(json.status).toBe(501);
    expect(await json.json()).toMatchObject({ message: 'The local stack does not emulate OwningAccount.' });
    const garbled = await fetch(seen.stack.awsUrl, { method: 'POST', headers: target, body: '{' });
    expect([garbled.status, await garbled.json()]).toMatchObject([400, { __type: 'SerializationException' }]);
    const path = `${seen.stack.awsUrl}/service/GraniteServiceVersion20100801/operation/ListMetrics`;
    const cbor = await fetch(path, { method: 'POST', body: Buffer.from('ff', 'hex') });
    expect(cbor.status).toBe(400);
    expect(cbor.headers.get('smithy-protocol')).toBe('rpc-v2-cbor');
    expect(await cbor.text()).toContain('SerializationException');
  });

  it('is spoken to by the command line, which speaks CBOR', { skip: withoutCli }, async () => {
    const said = async (...words: string[]): Promise<unknown> =>
      JSON.parse((await aws(seen.stack.awsUrl, 'cloudwatch', ...words, '--output', 'json')) || '{}') as unknown;
    await said('put-metric-data', '--namespace', 'cli', '--metric-name', 'Lines', '--value', '2.5', '--unit', 'Count');
    expect(await said('list-metrics', '--namespace', 'cli')).toEqual({
      Metrics: [{ Namespace: 'cli', MetricName: 'Lines', Dimensions: [] }],
    });
    const of = ['--namespace', 'cli', '--metric-name', 'Lines', '--period', '60', '--statistics', 'Sum'];
    // The stack's clock tells another time than the machine's.
    const times = [
      '--start-time',
      seen.times.StartTime.toISOString(),
      '--end-time',
      new Date(seen.clock.now() + MINUTE).toISOString(),
    ];
    expect(await said('get-metric-statistics', ...of, ...times)).toMatchObject({
      Label: 'Lines',
      Datapoints: [{ Timestamp: expect.anything() as unknown, Sum: 2.5, Unit: 'Count' }],
    });
    expect(await said('describe-alarms', '--alarm-names', 'seen-dev-worker-throttles')).toMatchObject({
      MetricAlarms: [{ AlarmName: 'seen-dev-worker-throttles', Threshold: 1 }],
    });
    await expect(
      said('set-alarm-state', '--alarm-name', 'nobody', '--state-value', 'OK', '--state-reason', 'x'),
    ).rejects.toThrow('ResourceNotFound');
    await expect(said('describe-anomaly-detectors')).rejects.toThrow('NotImplemented');
  });

  it('is spoken to in the query protocol of older clients', async () => {
    const query = async (members: Record<string, string>): Promise<{ status: number; text: string }> => {
      const response = await fetch(seen.stack.awsUrl, {
        method: 'POST',
        headers: {
          authorization: 'AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/monitoring/aws4_request, SignedHeaders=host',
        },
        body: new URLSearchParams({ Version: '2010-08-01', ...members }),
      });
      return { status: response.status, text: await response.text() };
    };
    const put = await query({
      Action: 'PutMetricData',
      Namespace: 'old',
      'MetricData.member.1.MetricName': 'Lines & more',
      'MetricData.member.1.Value': '1.5',
      'MetricData.member.1.Dimensions.member.1.Name': 'service',
      'MetricData.member.1.Dimensions.member.1.Value': 'a',
    });
    expect(put.status).toBe(200);
    const { text } = await query({ Action: 'ListMetrics', Namespace: 'old' });
    expect(text).toContain(
      '<ListMetricsResult><Metrics><member><Namespace>old</Namespace><MetricName>Lines &amp; more</MetricName>' +
        '<Dimensions><member><Name>service</Name><Value>a</Value></member></Dimensions></member></Metrics></ListMetricsResult>',
    );
    const missing = await query({
      ...{ Action: 'SetAlarmState', AlarmName: 'nobody', StateValue: 'OK', StateReason: 'x' },
    });
    expect(missing.status).toBe(404);
    expect(missing.text).toContain('<Code>ResourceNotFound</Code>');
  });
});
