/** How an alarm of a running stack goes through its states: from a logged error to the message on the topic, and over a restart. */
import { after, before, describe, it } from 'node:test';
import { ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { expect } from 'expect';
import { line } from '../../localstack/src/terminal.js';
import { WatchedStack } from './watched-stack.js';

describe('an alarm of a running stack', () => {
  let watched: WatchedStack;
  before(async () => {
    watched = await WatchedStack.start();
  });
  after(() => watched.stop());

  it('of which nothing is known yet finds out at its first look, and tells no one', async () => {
    await watched.pass();
    expect(watched.wentTo('worker-errors')).toEqual(['OK']);
    expect(watched.wentTo('few-orders')).toEqual([]);
    const ours = watched.told(0).map(({ subject }) => subject);
    // The one that asked to be told of OK is.
    expect(ours).toEqual(['OK: "watched-dev-worker-error-lines" in US East (N. Virginia)']);
  });

  it('goes off over a logged error, tells the topic in CloudWatch’s words, and tells when it is over', async () => {
    const since = watched.stack.journal.next;
    await watched.invoke({ lines: ['{"level":"INFO","message":"fine"}', '{"level":"ERROR","message":"broken"}'] });
    await watched.pass();
    const QueueUrl = watched.urlOf('alarm-inbox');
    const receive = new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 5, MaxNumberOfMessages: 10 });
    const { Messages = [] } = await watched.clients.queues.send(receive);
    const envelopes = Messages.map(({ Body = '' }) => JSON.parse(Body) as { Subject: string; Message: string });
    const alarm = envelopes.find(({ Subject }) => Subject.startsWith('ALARM'));
    expect(alarm?.Subject).toBe('ALARM: "watched-dev-worker-error-lines" in US East (N. Virginia)');
    const at = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/) as unknown;
    const action = 'arn:aws:sns:us-east-1:000000000000:watched-dev-monitoring';
    expect(JSON.parse(alarm?.Message ?? '')).toEqual({
      AlarmName: 'watched-dev-worker-error-lines',
      AlarmDescription: 'worker logs errors.',
      AWSAccountId: '000000000000',
      AlarmConfigurationUpdatedTimestamp: at,
      NewStateValue: 'ALARM',
      NewStateReason: expect.stringMatching(
        /^Threshold Crossed: 1 out of the last 1 datapoints \[1\.0 \(.*:00\)\] was greater than or equal to the threshold \(1\.0\) \(minimum 1 datapoint for OK -> ALARM transition\)\.$/,
      ) as unknown,
      StateChangeTime: at,
      Region: 'US East (N. Virginia)',
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:watched-dev-worker-error-lines',
      OldStateValue: 'OK',
      OKActions: [action],
      AlarmActions: [action],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: 'worker-error-lines',
        Namespace: 'watched-dev',
        StatisticType: 'Statistic',
        Statistic: 'SUM',
        Unit: null,
        Dimensions: [],
        Period: 60,
        EvaluationPeriods: 1,
        DatapointsToAlarm: 1,
        ComparisonOperator: 'GreaterThanOrEqualToThreshold',
        Threshold: 1,
        TreatMissingData: 'notBreaching',
        EvaluateLowSampleCountPercentile: '',
      },
    });
    // While it lasts it is not told again; a minute with a good line ends it.
    await watched.invoke({ lines: ['{"level":"ERROR"}'] });
    await watched.pass();
    expect(watched.wentTo('worker-error-lines', since)).toEqual(['ALARM']);
    await watched.invoke({ lines: ['{"level":"INFO"}'] });
    await watched.pass();
    expect(watched.wentTo('worker-error-lines', since)).toEqual(['ALARM', 'OK']);
    expect(watched.told(since).map(({ subject }) => subject?.slice(0, 5))).toEqual(['ALARM', 'OK: "']);
    const shown = watched.stack.journal.entries((entry) => entry.seq >= since && entry.type === 'alarm').map(line);
    expect(shown[0]).toMatch(/alarm.* watched-dev-worker-error-lines is ALARM: Threshold Crossed: 1 out of/);
  });

  it('keeps looking at the last data there is for two periods more, as CloudWatch does', async () => {
    const since = watched.stack.journal.next;
    await watched.invoke({ fail: 'once' });
    await watched.pass();
    expect(watched.wentTo('worker-errors', since)).toEqual(['ALARM']);
    await watched.pass(2);
    expect(watched.wentTo('worker-errors', since)).toEqual(['ALARM']);
    await watched.pass();
    expect(watched.wentTo('worker-errors', since)).toEqual(['ALARM', 'OK']);
  });

  it('is in the same state after a restart, and tells nothing anew', async () => {
    await watched.invoke({ lines: ['{"level":"ERROR"}'] });
    await watched.pass();
    await watched.restart();
    await watched.pass();
    expect(watched.wentTo('worker-error-lines')).toEqual(['OK']);
    expect(watched.wentTo('worker-errors')).toEqual([]);
    expect(watched.told(0).map(({ subject }) => subject?.split(':')[0])).toEqual(['OK']);
  });
});
