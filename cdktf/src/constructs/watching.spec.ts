import { describe, it } from 'node:test';
import { expect } from 'expect';
import { errorsIn } from '../../../libs/topology/src/alarms-on.js';
import { handlerFunction, httpFunction, topic } from '../../../libs/topology/src/construct.js';
import { metricFilter } from '../../../libs/topology/src/metric-filter.js';
import { metricIdentity, type MetricPlace } from '../../../libs/topology/src/metric-identity.js';
import { restApi } from '../../../libs/topology/src/rest-api.js';
import { functionIn } from '../../test/fixtures/constructs.js';
import { synthesized } from '../../test/fixtures/synthesized.js';
import { AlarmConstruct } from './alarm.js';
import { Budget } from './budget.js';
import { DashboardConstruct } from './dashboard.js';
import { LatencyAlarm } from './latency-alarm.js';
import { MetricFilterConstruct } from './metric-filter.js';

const lambda = handlerFunction('worker', { entry: 'worker' });
const place: MetricPlace = { stage: 'dev', metricNamespace: 'x-dev', physicalName: ({ name }) => `x-dev-${name}` };

describe('what watches a system on AWS', () => {
  it('alarms on the declared metric, as declared, and tells the declared topics', () => {
    const alarm = errorsIn(lambda, { threshold: 3, evaluationPeriods: 4, datapointsToAlarm: 2 }).to(topic('alarms'), {
      ok: true,
    });
    const { one } = synthesized((scope) => {
      const metric = metricIdentity(alarm.metric, place);
      new AlarmConstruct(scope, 'alarm', {
        alarm,
        name: 'x-dev-errors',
        metric,
        topicArn: ({ name }) => `arn:${name}`,
      });
    });
    expect(one('aws_cloudwatch_metric_alarm')).toMatchObject({
      alarm_name: 'x-dev-errors',
      namespace: 'AWS/Lambda',
      metric_name: 'Errors',
      dimensions: { FunctionName: 'x-dev-worker' },
      statistic: 'Sum',
      period: 60,
      evaluation_periods: 4,
      datapoints_to_alarm: 2,
      comparison_operator: 'GreaterThanOrEqualToThreshold',
      threshold: 3,
      treat_missing_data: 'notBreaching',
      alarm_actions: ['arn:alarms'],
      ok_actions: ['arn:alarms'],
      insufficient_data_actions: [],
    });
  });

  it('counts lines of the function’s own log', () => {
    const filter = metricFilter('slow', { function: lambda, pattern: '{ $.ms > 5 }', value: '$.ms', defaultValue: 0 });
    const { one } = synthesized((scope) => {
      const metric = metricIdentity({ of: filter }, place);
      new MetricFilterConstruct(scope, 'filter', {
        filter,
        name: 'x-dev-slow',
        metric,
        source: functionIn(scope, lambda),
      });
    });
    expect(one('aws_cloudwatch_log_metric_filter')).toMatchObject({
      pattern: '{ $.ms > 5 }',
      log_group_name: expect.stringContaining('worker_logs'),
      metric_transformation: { namespace: 'x-dev', name: 'slow', value: '$.ms', default_value: '0' },
    });
  });

  it('alarms on a slow API by the percentile', () => {
    const api = restApi('api', { routes: { 'GET /hello': httpFunction('hello', { entry: 'hello' }) } });
    const { one } = synthesized((scope) => {
      new LatencyAlarm(scope, 'latency', { api, place, threshold: 800, topicArns: ['arn:alarms'] });
    });
    expect(one('aws_cloudwatch_metric_alarm')).toMatchObject({
      dimensions: { ApiName: 'x-dev-api', Stage: 'dev' },
      metric_name: 'Latency',
      extended_statistic: 'p95',
      evaluate_low_sample_count_percentiles: 'evaluate',
      threshold: 800,
      alarm_actions: ['arn:alarms'],
    });
  });

  it('shows alarms and graphs side by side on one page', () => {
    const alarm = errorsIn(lambda);
    const { one } = synthesized((scope) => {
      const where = { region: 'eu-west-1', account: '123456789012' };
      new DashboardConstruct(scope, 'page', { name: 'x-dev', ...where, place, resources: [lambda, alarm] });
    });
    const { widgets } = JSON.parse(String(one('aws_cloudwatch_dashboard').dashboard_body)) as {
      widgets: { x: number; y: number; properties: { title: string; alarms?: string[]; metrics?: string[][] } }[];
    };
    expect(widgets.map(({ x, y, properties }) => [x, y, properties.title])).toEqual([
      [0, 0, 'Alarms'],
      [0, 6, 'Failed and throttled invocations'],
      [12, 6, 'Durations, p95 (ms)'],
    ]);
    expect(widgets[0]?.properties.alarms).toEqual([
      'arn:aws:cloudwatch:eu-west-1:123456789012:alarm:x-dev-worker-errors',
    ]);
    expect(widgets[1]?.properties.metrics).toContainEqual(['AWS/Lambda', 'Throttles', 'FunctionName', 'x-dev-worker']);
  });

  it('shows the alarm on an API’s latency among those that are declared', () => {
    const api = restApi('api', { routes: { 'GET /hello': httpFunction('hello', { entry: 'hello' }) } });
    const { one } = synthesized((scope) => {
      new LatencyAlarm(scope, 'latency', { api, place, threshold: 800, topicArns: [] });
      const where = { region: 'eu-west-1', account: '123456789012' };
      new DashboardConstruct(scope, 'page', { name: 'x-dev', ...where, place, resources: [errorsIn(lambda), api] });
    });
    const { alarm_name: name } = one('aws_cloudwatch_metric_alarm');
    const arns = ['x-dev-worker-errors', name].map(
      (each) => `arn:aws:cloudwatch:eu-west-1:123456789012:alarm:${String(each)}`,
    );
    const { widgets } = JSON.parse(String(one('aws_cloudwatch_dashboard').dashboard_body)) as {
      widgets: { properties: { alarms?: string[] } }[];
    };
    expect(widgets[0]?.properties.alarms).toEqual(arns);
  });

  it('tells an address before the month’s budget is spent', () => {
    const { one } = synthesized((scope) => {
      new Budget(scope, 'budget', {
        name: 'x-dev',
        limit: 25,
        email: 'ops@example.org',
        tags: [{ deployment: 'x-dev' }, { deployment: 'x-dev.p' }],
      });
    });
    expect(one('aws_budgets_budget')).toMatchObject({
      limit_amount: '25',
      cost_filter: [{ name: 'TagKeyValue', values: ['user:deployment$x-dev', 'user:deployment$x-dev.p'] }],
      notification: [
        { threshold: 80, notification_type: 'ACTUAL', subscriber_email_addresses: ['ops@example.org'] },
        { threshold: 100, notification_type: 'FORECASTED' },
      ],
    });
  });
});
