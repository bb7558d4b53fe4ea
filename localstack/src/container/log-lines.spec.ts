import { after, before, beforeEach, describe, it } from 'node:test';
import { expect } from 'expect';
import { listenToLines, type Said } from '../../../test/fixtures/said.js';
import { Journal } from '../journal.js';
import { type JournalEvent } from '../journal-event.js';
import { writeLines } from './log-lines.js';

const AT = Date.parse('2026-01-02T03:04:05.678Z');
const about = { service: 'notifier', timestamp: '2026-01-02T03:04:05.678Z' };
const wrote = (line: string, stderr?: boolean): JournalEvent => ({
  ...{
    type: 'log',
    function: 'tabletop-dev-notifier',
    requestId: 'request-1',
    line,
    ...(stderr !== undefined && { stderr }),
  },
  ...{ logGroup: 'g', logStream: 's' },
});
const request = (status: number, by?: { function?: string; page?: true }): JournalEvent => ({
  ...{ type: 'request', requestId: 'request-1', method: 'GET', path: '/dev/health', status, api: 'a', stage: 'dev' },
  ...{ durationMs: 1, ...by },
});
const call = (status: number): JournalEvent => ({
  ...{ type: 'aws-call', service: 'sqs', operation: 'SendMessage', status, durationMs: 1 },
});

describe('the lines of a container', () => {
  const journal = new Journal();
  let said: Said;
  let from = 0;
  const lines = (): readonly object[] => said.lines.slice(from);

  before(() => {
    said = listenToLines();
    writeLines(journal, 'notifier');
  });
  after(() => said.stop());
  beforeEach(() => (from = said.lines.length));

  it('pass on what a function writes as JSON, as it is', () => {
    const line = { level: 'DEBUG', message: 'm', service: 'own name', timestamp: 'then', more: [1] };
    journal.record(wrote(JSON.stringify(line)), AT);
    expect(lines()).toEqual([line]);
  });

  it('wrap what is no JSON, with whose it is', () => {
    const by = { function: 'tabletop-dev-notifier', requestId: 'request-1' };
    for (const text of ['plain', '{ not: JSON }', '']) {
      journal.record(wrote(text), AT);
      expect(lines().at(-1)).toEqual({ ...about, ...by, level: 'INFO', message: text });
    }
  });

  it('leave what a pipe writes to its log group to those who read log groups', () => {
    const group = '/aws/vendedlogs/pipes/orders';
    const about = {
      type: 'log',
      function: group,
      requestId: 'execution',
      logGroup: group,
      logStream: 'orders',
    } as const;
    journal.record({ ...about, line: '{"messageType":"EXECUTION_STARTED"}' }, AT);
    expect(lines()).toEqual([]);
  });

  it('tell what came by standard error as an error', () => {
    journal.record(wrote('TypeError: x is not a function', true), AT);
    expect(lines()).toMatchObject([{ ...about, level: 'ERROR', message: 'TypeError: x is not a function' }]);
  });

  it('fill in what JSON has not, such as that of metrics', () => {
    journal.record(wrote('{"_aws":{"Timestamp":1},"service":"orders","Placed":1}'), AT);
    expect(lines()).toEqual([
      { ...about, level: 'INFO', message: 'metrics', service: 'orders', _aws: { Timestamp: 1 }, Placed: 1 },
    ]);
  });

  it('wrap JSON whose level or message is none', () => {
    const line = '{"level":30,"message":{"a":1}}';
    journal.record(wrote(line), AT);
    expect(lines()).toMatchObject([{ ...about, level: 'INFO', message: line }]);
  });

  it('carry the id of the request that a message is about', () => {
    const message = { type: 'message', service: 'sns', to: 't', messageId: 'm', body: 'b' } as const;
    journal.record({ ...message, attributes: { requestId: 'request-7' } }, AT);
    expect(lines()).toMatchObject([
      { ...about, level: 'INFO', message: 'message', aws: 'sns', requestId: 'request-7' },
    ]);
  });

  it('warn of trouble, of failed calls and of alarms, and leave out what everybody does all the time', () => {
    journal.record({ type: 'throttle', function: 'f', requestId: 'r' }, AT);
    journal.record(call(500), AT);
    journal.record({ type: 'stack', what: 'something broke' }, AT);
    const health = [200, 503].map((status) => request(status, { page: true }));
    for (const quiet of [call(200), call(400), call(404), ...health]) journal.record(quiet, AT);
    journal.record(request(200, { function: 'f' }), AT);
    journal.record(request(404), AT);
    journal.record({ type: 'alarm', alarm: 'a', from: 'OK', to: 'ALARM', reason: 'because' }, AT);
    expect(lines()).toMatchObject([
      { level: 'WARN', message: 'throttle' },
      { level: 'WARN', message: 'aws-call', aws: 'sqs', status: 500 },
      { level: 'WARN', message: 'something broke' },
      { level: 'INFO', message: 'request', status: 200 },
      { level: 'INFO', message: 'request', status: 404 },
      { level: 'WARN', message: 'alarm', alarm: 'a', to: 'ALARM' },
    ]);
  });
});
