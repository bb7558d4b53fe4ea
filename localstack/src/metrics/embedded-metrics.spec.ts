import { describe, it } from 'node:test';
import { expect } from 'expect';
import { embeddedMetrics } from './embedded-metrics.js';

const line = (directive: object, targets: object): string =>
  JSON.stringify({ _aws: { Timestamp: 1_574_109_732_004, CloudWatchMetrics: [directive] }, ...targets });

describe('a line of the embedded metric format', () => {
  it('is a metric for each dimension set and each definition, with one value or many', () => {
    const found = embeddedMetrics(
      line(
        {
          Namespace: 'shop',
          Dimensions: [['service', 'version'], []],
          Metrics: [{ Name: 'time', Unit: 'Milliseconds' }, { Name: 'count' }],
        },
        { service: 'orders', version: '1', time: [1, 2.5], count: 3, requestId: 'r' },
      ),
    );
    const timestamp = 1_574_109_732_004;
    const dimensions = { service: 'orders', version: '1' };
    const time = { values: [1, 2.5], unit: 'Milliseconds', timestamp };
    const count = { values: [3], unit: 'None', timestamp };
    expect(found).toEqual([
      { id: { namespace: 'shop', name: 'time', dimensions }, ...time },
      { id: { namespace: 'shop', name: 'time', dimensions: {} }, ...time },
      { id: { namespace: 'shop', name: 'count', dimensions }, ...count },
      { id: { namespace: 'shop', name: 'count', dimensions: {} }, ...count },
    ]);
  });

  it('may stand behind what Lambda writes before it', () => {
    const text = line({ Namespace: 'shop', Dimensions: [[]], Metrics: [{ Name: 'n' }] }, { n: 1 });
    expect(embeddedMetrics(`2026-01-01T00:00:00Z\trequest\tINFO\t${text}`)).toHaveLength(1);
  });

  it('counts nothing of a metric whose value or dimension is missing or of another kind', () => {
    const directive = (Dimensions: string[][]): object => ({ Namespace: 'shop', Dimensions, Metrics: [{ Name: 'n' }] });
    for (const targets of [{}, { n: 'text' }, { n: [1, 'x'] }, { n: [] }, { n: { a: 1 } }])
      expect(embeddedMetrics(line(directive([[]]), targets))).toEqual([]);
    expect(embeddedMetrics(line(directive([['service'], ['toString'], ['n']]), { n: 1 }))).toEqual([]);
  });

  it('is told from lines that are none of it', () => {
    const other = ['', 'plain text', '{"level":"ERROR"}', '{"_aws":{"CloudWatchMetrics":1}}', '"CloudWatchMetrics" {'];
    for (const text of other) expect(embeddedMetrics(text)).toEqual([]);
    expect(
      embeddedMetrics('{"_aws":{"CloudWatchMetrics":[{"Namespace":"x","Dimensions":[[]],"Metrics":[]}]}}'),
    ).toEqual([]);
  });
});
