/** Why an alarm is in its state, worded as CloudWatch words it. */
import { type AlarmState } from '../journal-event.js';
import { type AlarmDefinition } from './alarm-definition.js';
import { type Datapoint } from './alarm-evaluation.js';

export const INITIAL_REASON = 'Unchecked: Initial alarm creation';

const COMPARED: Readonly<Record<AlarmDefinition['comparison'], string>> = {
  GreaterThanThreshold: 'greater than',
  GreaterThanOrEqualToThreshold: 'greater than or equal to',
  LessThanThreshold: 'less than',
  LessThanOrEqualToThreshold: 'less than or equal to',
};

/** `2` as `2.0`: AWS writes doubles. */
const double = (value: number): string => (Number.isInteger(value) ? value.toFixed(1) : String(value));

/**
 * @param datapoints of the evaluation range, the newest first
 * @param end of the newest, in epoch milliseconds
 */
export function reasonOf(
  state: AlarmState,
  datapoints: readonly Datapoint[],
  end: number,
  alarm: AlarmDefinition,
): string {
  const { evaluationPeriods: periods, datapointsToAlarm, threshold, comparison, period, missingData } = alarm;
  const present = datapoints
    .flatMap((value, age) => (value === undefined ? [] : [{ value, at: end - (age + 1) * period * 1000 }]))
    .slice(0, periods);
  const missing = periods - present.length;
  const were = (count: number): string => (count === 1 ? 'datapoint was' : 'datapoints were');
  if (state === 'INSUFFICIENT_DATA') return `Insufficient Data: ${missing} ${were(missing)} unknown.`;
  if (present.length === 0) {
    const treated = missingData === 'breaching' ? 'Breaching' : 'NonBreaching';
    return `Threshold Crossed: no datapoints were received for ${periods} ${periods === 1 ? 'period' : 'periods'} and ${missing} missing ${were(missing)} treated as [${treated}].`;
  }
  const said = present.map(({ value, at }) => `${double(value)} (${dayAndTime(at)})`).join(', ');
  const verb = present.length === 1 ? 'was' : 'were';
  const not = state === 'OK' ? 'not ' : '';
  const enough = state === 'ALARM' ? datapointsToAlarm : periods - datapointsToAlarm + 1;
  const transition = state === 'ALARM' ? 'OK -> ALARM' : 'ALARM -> OK';
  return (
    `Threshold Crossed: ${present.length} out of the last ${periods} datapoints [${said}] ${verb} ${not}` +
    `${COMPARED[comparison]} the threshold (${double(threshold)}) ` +
    `(minimum ${enough} datapoint${enough === 1 ? '' : 's'} for ${transition} transition).`
  );
}

/** `31/01/26 23:59:00` */
function dayAndTime(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  const [year = '', month, day] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}
