/** The API of CloudWatch over the stack's own metrics and alarms. */
import { describe, history, setState } from '../alarms/alarm-operations.js';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { awsError, notImplemented, type AwsResponse } from '../endpoint/aws-response.js';
import { type Monitoring } from '../monitoring.js';
import { CloudWatchError } from './cloudwatch-error.js';
import { answer, inputOf, queryErrorHeader } from './cloudwatch-protocol.js';
import { data, list, put, statistics } from './metric-operations.js';

type Operation = (input: unknown, monitoring: Monitoring) => object | Promise<object>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeAlarmHistory: history,
  DescribeAlarms: describe,
  GetMetricData: data,
  GetMetricStatistics: statistics,
  ListMetrics: list,
  PutMetricData: put,
  SetAlarmState: setState,
};

/** Answers a request to the service `monitoring`. Alarms are declared in the topology, so none is put here. */
export async function answerCloudWatch(request: AwsRequest, monitoring: Monitoring): Promise<AwsResponse> {
  const run = Object.hasOwn(OPERATIONS, request.operation) ? OPERATIONS[request.operation] : undefined;
  if (run === undefined) return notImplemented(request);
  let input: unknown;
  try {
    input = inputOf(request);
  } catch (error) {
    // Whatever it is that JSON, CBOR or gzip do not take.
    return awsError(request, 400, 'SerializationException', (error as Error).message);
  }
  try {
    return answer(request, await run(input, monitoring));
  } catch (error) {
    if (!(error instanceof CloudWatchError)) throw error;
    const code = request.protocol === 'query' ? error.code : error.name;
    const response = awsError(request, error.status, code, error.message);
    return { ...response, headers: { ...response.headers, ...queryErrorHeader(error) } };
  }
}
