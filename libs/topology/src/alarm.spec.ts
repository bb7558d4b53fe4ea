import { describe, it } from 'node:test';
import { expect } from 'expect';
import { whenMetric, type AlarmOptions } from './alarm.js';
import { ageOf, deadLettersIn, depthOf, errorLinesIn, errorsIn } from './alarms-on.js';
import { handlerFunction, queue, topic } from './construct.js';
import { DeclarationError } from './declaration-error.js';
import { hours, minutes, seconds } from './duration.js';
import { metricFilter, type MetricFilterOptions } from './metric-filter.js';
import { metricIdentity } from './metric-identity.js';
import { system } from './system.js';
import { topology } from './topology.js';

const worker = handlerFunction('worker', { entry: 'worker' });
const filtered = (options: Partial<MetricFilterOptions>) => () =>
  metricFilter('errors', { function: worker, pattern: 'ERROR', ...options });
const alarmed =
  (options: Partial<AlarmOptions>, metric: object = {}) =>
  () =>
    whenMetric('orders', { of: undefined, name: 'Orders', dimensions: {}, ...metric }, { threshold: 1, ...options });
const topics = (count: number) => Array.from({ length: count }, (_, n) => topic(`topic-${n}`));

const IMPOSSIBLE: [declaration: () => unknown, message: RegExp][] = [
  [
    filtered({ pattern: '{ $.level = "ERROR"' }),
    /metric-filter "errors": pattern "{ \$\.level = \\"ERROR\\"": expected "}"/,
  ],
  [filtered({ pattern: 'ERROR:' }), /invalid character\(s\) in term 'ERROR:'; put what is not letters/],
  [
    filtered({ value: '$.latency' }),
    /value "\$\.latency" is nothing that the pattern selects; give a number, a selector/,
  ],
  [filtered({ pattern: '[a, b]', value: '$c' }), /value "\$c" is nothing that the pattern selects/],
  [filtered({ value: Number.NaN }), /NaN cannot be counted; give a finite number/],
  [alarmed({ period: seconds(30) }), /alarm "orders": period is 30 s; give a whole number of minutes/],
  [alarmed({ period: seconds(90) }), /period is 90 s; give a whole number of minutes/],
  [alarmed({ evaluationPeriods: 0 }), /evaluationPeriods is 0; give a whole number from 1/],
  [alarmed({ evaluationPeriods: 3, datapointsToAlarm: 4 }), /datapointsToAlarm is 4; give a whole number from 1 to 3/],
  [alarmed({ period: hours(13), evaluationPeriods: 2 }), /it looks back 93600 s; CloudWatch takes a day at most/],
  [alarmed({ threshold: Number.NaN }), /threshold is NaN; give a finite number/],
  [alarmed({ description: 'x'.repeat(1025) }), /1025 characters long; at most 1024/],
  [alarmed({}, { dimensions: { service: '' } }), /dimension "service" of its metric is ""; neither may be empty/],
  [alarmed({}, { name: '' }), /its metric has no name/],
  [
    () => depthOf(queue('inbox', { developmentOnly: true }), { threshold: 1 }),
    /its queue exists in development stages only; declare the queue for every stage/,
  ],
  [
    () => topics(6).reduce((alarm, each) => alarm.to(each), errorsIn(worker)),
    /alarm "worker-errors": it tells 6 topics; CloudWatch takes 5 at most/,
  ],
  [
    () => system('shop', { alarms: [errorsIn(worker), errorsIn(worker)] }),
    /alarm "worker-errors": another one has the same name/,
  ],
];

describe('an alarm', () => {
  it('that can never run is refused with what to do about it', () => {
    for (const [declaration, message] of IMPOSSIBLE) {
      expect(declaration).toThrow(DeclarationError);
      expect(declaration).toThrow(message);
    }
  });

  it('brings along what it watches and whom it tells', () => {
    const { resources } = system('shop', { alarms: [errorLinesIn(worker).to(topic('monitoring'))] });
    expect(resources.map(({ kind, name }) => `${kind} ${name}`)).toEqual([
      'topic monitoring',
      'function worker',
      'metric-filter worker-error-lines',
      'alarm worker-error-lines',
    ]);
  });

  it('is told of an end, or of missing data, only where that is asked for', () => {
    const monitoring = topic('monitoring');
    expect(errorsIn(worker).to(monitoring).actions).toEqual({ alarm: [monitoring], ok: [], insufficientData: [] });
    expect(errorsIn(worker).to(monitoring, { ok: true, insufficientData: true }).actions).toEqual({
      alarm: [monitoring],
      ok: [monitoring],
      insufficientData: [monitoring],
    });
  });

  it('finds its metric under the names that AWS gives it', () => {
    const place = {
      stage: 'dev',
      metricNamespace: 'shop-dev',
      physicalName: ({ name }: { name: string }) => `shop-dev-${name}`,
    };
    const identities = [
      errorsIn(worker),
      errorLinesIn(worker),
      deadLettersIn(queue('dead.fifo')),
      ageOf(queue('work'), { threshold: minutes(5) }),
      alarmed({}, { dimensions: { service: 'orders' } })(),
    ].map(({ metric }) => metricIdentity(metric, place));
    expect(identities).toEqual([
      { namespace: 'AWS/Lambda', name: 'Errors', dimensions: { FunctionName: 'shop-dev-worker' } },
      { namespace: 'shop-dev', name: 'worker-error-lines', dimensions: {} },
      {
        namespace: 'AWS/SQS',
        name: 'ApproximateNumberOfMessagesVisible',
        dimensions: { QueueName: 'shop-dev-dead.fifo' },
      },
      { namespace: 'AWS/SQS', name: 'ApproximateAgeOfOldestMessage', dimensions: { QueueName: 'shop-dev-work' } },
      { namespace: 'shop-dev', name: 'Orders', dimensions: { service: 'orders' } },
    ]);
  });

  it('of our own system watches depth and age of every queue that all stages have', () => {
    const watched = topology.resources.flatMap((resource) =>
      resource.kind === 'alarm' && resource.metric.of?.kind === 'queue' && 'name' in resource.metric
        ? [`${resource.metric.of.name} ${resource.metric.name}`]
        : [],
    );
    const queues = topology.resources.filter((resource) => resource.kind === 'queue' && !resource.developmentOnly);
    const metrics = ['ApproximateAgeOfOldestMessage', 'ApproximateNumberOfMessagesVisible'];
    expect(watched.sort()).toEqual(queues.flatMap(({ name }) => metrics.map((metric) => `${name} ${metric}`)).sort());
  });

  it('of our own system watches every function and pipe, and tells the topic monitoring alone', () => {
    const alarms = topology.resources.filter((resource) => resource.kind === 'alarm');
    const functions = topology.resources.filter((resource) => resource.kind === 'function');
    for (const { name } of functions)
      for (const what of ['error-lines', 'errors', 'throttles'])
        expect(alarms.map((alarm) => alarm.name)).toContain(`${name}-${what}`);
    for (const { name } of topology.resources.filter((resource) => resource.kind === 'pipe'))
      for (const what of ['failures', 'partial-failures', 'throttles'])
        expect(alarms.map((alarm) => alarm.name)).toContain(`${name}-${what}`);
    for (const { actions } of alarms) expect(actions.alarm.map(({ name }) => name)).toEqual(['monitoring']);
  });
});
