/** The tables of https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { type AlarmDefinition } from './alarm-definition.js';
import { breaches, evaluationRange, stateOf, statisticOf, type Criteria, type Datapoint } from './alarm-evaluation.js';
import { reasonOf } from './alarm-reason.js';

const [ALARM, OK, KEEP, UNKNOWN] = ['ALARM', 'OK', undefined, 'INSUFFICIENT_DATA'] as const;
type Outcome = typeof ALARM | typeof OK | typeof KEEP | typeof UNKNOWN;
/** Data points as AWS prints them, the newest last; then the state for missing, ignore, breaching, notBreaching. */
type Row = [points: string, missing: Outcome, ignore: Outcome, breaching: Outcome, notBreaching: Outcome];

const THREE_OF_THREE: Row[] = [
  ['0 - X - X', OK, OK, OK, OK],
  ['0 - - - -', OK, OK, OK, OK],
  ['- - - - -', UNKNOWN, KEEP, ALARM, OK],
  ['0 X X - X', ALARM, ALARM, ALARM, ALARM],
  ['- - X - -', ALARM, KEEP, ALARM, OK],
  // Earlier editions of the page.
  ['- - - - X', UNKNOWN, KEEP, ALARM, OK],
  ['X - - - -', ALARM, KEEP, ALARM, OK],
  // What the page says in words of alarms that would come too early.
  ['- - - X -', UNKNOWN, KEEP, ALARM, OK],
  ['- - X - 0', OK, OK, OK, OK],
];
const TWO_OF_THREE: Row[] = [
  ['0 - X - X', ALARM, ALARM, ALARM, ALARM],
  ['0 0 X 0 X', ALARM, ALARM, ALARM, ALARM],
  ['0 - X - -', OK, OK, ALARM, OK],
  ['- - - - 0', OK, OK, ALARM, OK],
  ['- - - X -', ALARM, KEEP, ALARM, OK],
  ['- - - - X', UNKNOWN, KEEP, ALARM, OK],
  // Not printed on the page: enough real points breach, so that no missing one can change the state.
  ['- - X - X', ALARM, ALARM, ALARM, ALARM],
];

const newestFirst = (points: string): Datapoint[] =>
  points
    .split(' ')
    .reverse()
    .map((point) => ({ '0': 0, X: 5 })[point]);
const criteria = (datapointsToAlarm: number, missingData: Criteria['missingData'] = 'missing'): Criteria => ({
  ...{ comparison: 'GreaterThanThreshold', threshold: 3 },
  ...{ evaluationPeriods: 3, datapointsToAlarm, missingData },
});

describe('an alarm', () => {
  for (const [enough, rows] of [
    [3, THREE_OF_THREE],
    [2, TWO_OF_THREE],
  ] as const)
    for (const [points, ...expected] of rows)
      it(`of ${enough} out of 3 over ${points} is as AWS's table says`, () => {
        const outcomes = (['missing', 'ignore', 'breaching', 'notBreaching'] as const).map((missingData) =>
          stateOf(newestFirst(points), criteria(enough, missingData)),
        );
        expect(outcomes).toEqual(expected);
      });

  it('looks at as many data points more as AWS’s tables show', () => {
    expect(evaluationRange({ evaluationPeriods: 3 })).toBe(5);
  });

  it('breaches on the side of the threshold that the comparison names', () => {
    const sides = (
      [
        'LessThanThreshold',
        'LessThanOrEqualToThreshold',
        'GreaterThanOrEqualToThreshold',
        'GreaterThanThreshold',
      ] as const
    ).map((comparison) => [1, 2, 3].map((value) => breaches(value, { comparison, threshold: 2 })));
    expect(sides).toEqual([
      [true, false, false],
      [true, true, false],
      [false, true, true],
      [false, false, true],
    ]);
  });

  it('takes the statistic that it names', () => {
    const values = { sum: 12, minimum: 1, maximum: 7, sampleCount: 4 };
    const statistics = (['Sum', 'Average', 'Minimum', 'Maximum', 'SampleCount'] as const).map((statistic) =>
      statisticOf(values, statistic),
    );
    expect(statistics).toEqual([12, 3, 1, 7, 4]);
  });
});

describe('the reason of a state', () => {
  const end = Date.parse('2026-01-31T10:05:00Z');
  const alarm = { ...criteria(2, 'notBreaching'), period: 60 } as AlarmDefinition;

  it('names the data points, their times and how many it takes', () => {
    expect(reasonOf('ALARM', [5, undefined, 4.5, 0, 0], end, alarm)).toBe(
      'Threshold Crossed: 3 out of the last 3 datapoints [5.0 (31/01/26 10:04:00), 4.5 (31/01/26 10:02:00), ' +
        '0.0 (31/01/26 10:01:00)] were greater than the threshold (3.0) (minimum 2 datapoints for OK -> ALARM transition).',
    );
    expect(reasonOf('OK', [0], end, { ...alarm, evaluationPeriods: 1, datapointsToAlarm: 1 })).toBe(
      'Threshold Crossed: 1 out of the last 1 datapoints [0.0 (31/01/26 10:04:00)] was not greater than ' +
        'the threshold (3.0) (minimum 1 datapoint for ALARM -> OK transition).',
    );
  });

  it('says what missing data was taken for', () => {
    const none: Datapoint[] = [undefined, undefined, undefined, undefined, undefined];
    expect(reasonOf('OK', none, end, alarm)).toBe(
      'Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [NonBreaching].',
    );
    expect(reasonOf('INSUFFICIENT_DATA', none, end, { ...alarm, evaluationPeriods: 1 })).toBe(
      'Insufficient Data: 1 datapoint was unknown.',
    );
  });
});
