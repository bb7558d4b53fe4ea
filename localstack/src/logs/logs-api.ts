/**
 * The API of CloudWatch Logs over the stack's own log store.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_Operations.html
 */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { LogPatternError } from '../../../libs/topology/src/log-pattern/log-pattern-error.js';
import { type LogPattern } from '../../../libs/topology/src/log-pattern/log-pattern.js';
import { parseLogPattern } from '../../../libs/topology/src/log-pattern/parse-log-pattern.js';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { awsError, notImplemented, type AwsResponse } from '../endpoint/aws-response.js';
import { listPage, searchPage, streamPage } from './log-pages.js';
import { type Monitoring } from '../monitoring.js';
import { describeGroup, describeStream } from './log-description.js';
import { type LogGroup, type LogStore } from './log-store.js';
import { LogsError } from './logs-error.js';

type Answer = Record<string, unknown>;
/** Adds a line as a function's own, with all that it counts. */
type Put = Monitoring['log'];
type Operation = (input: unknown, store: LogStore, put: Put) => Answer;

/** An operation that looks at its input first. */
const operation =
  <T>(schema: z.ZodType<T>, run: (input: T, store: LogStore, put: Put) => Answer): Operation =>
  (input, store, put) =>
    run(parsed(schema, input), store, put);

const limit = (most: number): z.ZodDefault<z.ZodNumber> => z.number().int().min(1).max(most).default(most);
const time = z.number().int().min(0).optional();
const token = z.string().optional();
const name = z.string().min(1).max(512);
/** A group is named by its name, or by its ARN where it is called an identifier. */
const group = { logGroupName: name.optional(), logGroupIdentifier: z.string().max(2048).optional() };

/** Of no consequence here: nothing is masked, and events of streams always come together. */
const harmless = { unmask: z.boolean().optional(), interleaved: z.boolean().optional() };

const MOST_GROUPS = 1_000;
const RETENTIONS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288];

const OPERATIONS: Readonly<Record<string, Operation>> = {
  DescribeLogGroups: operation(
    z.strictObject({
      logGroupNamePrefix: z.string().optional(),
      logGroupNamePattern: z.string().optional(),
      limit: limit(50),
      nextToken: token,
    }),
    ({ logGroupNamePrefix: prefix = '', logGroupNamePattern: part = '', ...page }, { groups }) => {
      const found = [...groups.values()]
        .filter((each) => each.name.startsWith(prefix) && each.name.toLowerCase().includes(part.toLowerCase()))
        .sort(byName);
      const { items, ...next } = listPage(found, page.limit, page.nextToken);
      return { logGroups: items.map(describeGroup), ...next };
    },
  ),
  DescribeLogStreams: operation(
    z.strictObject({
      ...group,
      logStreamNamePrefix: z.string().optional(),
      orderBy: z.enum(['LogStreamName', 'LastEventTime']).optional(),
      descending: z.boolean().optional(),
      limit: limit(50),
      nextToken: token,
    }),
    ({ logStreamNamePrefix: prefix = '', orderBy, descending = false, ...input }, store) => {
      const { name: of, streams } = groupOf(input, store);
      const found = [...streams.values()].filter((each) => each.name.startsWith(prefix)).sort(byName);
      if (orderBy === 'LastEventTime') found.sort((a, b) => (a.lastEventAt ?? 0) - (b.lastEventAt ?? 0));
      if (descending) found.reverse();
      const { items, ...next } = listPage(found, input.limit, input.nextToken);
      return { logStreams: items.map((stream) => describeStream(of, stream)), ...next };
    },
  ),
  GetLogEvents: operation(
    z.strictObject({
      ...group,
      logStreamName: name,
      startTime: time,
      endTime: time,
      limit: limit(10_000),
      startFromHead: z.boolean().default(false),
      ...harmless,
      nextToken: token,
    }),
    ({ logStreamName, startTime, endTime, startFromHead: fromHead, nextToken, ...input }, store) => {
      const found = groupOf(input, store);
      mustHaveStream(found, logStreamName);
      const search = { group: found.name, inStream: (stream: string) => stream === logStreamName };
      // The end is left out, unlike in a search.
      const events = store.search({
        ...search,
        ...between(startTime, endTime === undefined ? undefined : endTime - 1),
      });
      const page = streamPage(events, { limit: input.limit, token: nextToken, fromHead });
      return {
        ...page,
        events: page.events.map(({ timestamp, message, ingestedAt }) => ({
          timestamp,
          message,
          ingestionTime: ingestedAt,
        })),
      };
    },
  ),
  FilterLogEvents: operation(
    z.strictObject({
      ...group,
      logStreamNames: z.array(name).max(100).optional(),
      logStreamNamePrefix: z.string().optional(),
      startTime: time,
      endTime: time,
      filterPattern: z.string().default(''),
      ...harmless,
      limit: limit(10_000),
      nextToken: token,
    }),
    ({ logStreamNames, logStreamNamePrefix: prefix = '', startTime, endTime, filterPattern, ...input }, store) => {
      const found = groupOf(input, store);
      const pattern = patternOf(filterPattern);
      for (const stream of logStreamNames ?? []) mustHaveStream(found, stream);
      const inStream = (stream: string): boolean =>
        (logStreamNames?.includes(stream) ?? true) && stream.startsWith(prefix);
      const events = store
        .search({ group: found.name, inStream, ...between(startTime, endTime) })
        .filter(({ message }) => pattern.match(message) !== undefined);
      const page = searchPage(events, input.limit, input.nextToken);
      return {
        events: page.events.map(({ stream, timestamp, message, ingestedAt, id }) => ({
          logStreamName: stream,
          timestamp,
          message,
          ingestionTime: ingestedAt,
          eventId: id,
        })),
        searchedLogStreams: [],
        ...(page.nextToken !== undefined && { nextToken: page.nextToken }),
      };
    },
  ),
  CreateLogGroup: operation(z.strictObject({ logGroupName: name }), ({ logGroupName }, store) => {
    if (store.groups.has(logGroupName)) throw exists('group');
    if (store.groups.size >= MOST_GROUPS)
      throw new LogsError('LimitExceededException', `The local stack keeps ${MOST_GROUPS} log groups at most.`);
    store.group(logGroupName);
    return {};
  }),
  CreateLogStream: operation(z.strictObject({ logGroupName: name, logStreamName: name }), (input, store) => {
    const found = groupOf(input, store);
    if (found.streams.has(input.logStreamName)) throw exists('stream');
    store.stream(found, input.logStreamName);
    return {};
  }),
  PutLogEvents: operation(
    z.strictObject({
      logGroupName: name,
      logStreamName: name,
      // AWS ignores it too, since 2023.
      sequenceToken: z.string().optional(),
      logEvents: z.array(z.strictObject({ timestamp: z.number().int().min(0), message: z.string().min(1) })).min(1),
    }),
    ({ logStreamName, logEvents, ...input }, store, put) => {
      const found = groupOf(input, store);
      mustHaveStream(found, logStreamName);
      for (const { message, timestamp } of logEvents) put(found.name, logStreamName, message, timestamp);
      return { nextSequenceToken: '0' };
    },
  ),
  PutRetentionPolicy: operation(
    z.strictObject({ logGroupName: name, retentionInDays: z.number().refine((days) => RETENTIONS.includes(days)) }),
    (input, store) => {
      groupOf(input, store).retentionDays = input.retentionInDays;
      return {};
    },
  ),
  DeleteRetentionPolicy: operation(z.strictObject({ logGroupName: name }), (input, store) => {
    delete groupOf(input, store).retentionDays;
    return {};
  }),
};

/** Answers a request to the service `logs`. */
export function answerLogs(request: AwsRequest, monitoring: Monitoring): AwsResponse {
  const run = Object.hasOwn(OPERATIONS, request.operation) ? OPERATIONS[request.operation] : undefined;
  if (run === undefined) return notImplemented(request);
  try {
    const input: unknown = request.body.length === 0 ? {} : JSON.parse(request.body.toString());
    return {
      status: 200,
      headers: { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': randomUUID() },
      body: JSON.stringify(run(input, monitoring.logs, (...line) => monitoring.log(...line))),
    };
  } catch (error) {
    if (error instanceof LogsError) return awsError(request, 400, error.name, error.message);
    if (error instanceof SyntaxError) return awsError(request, 400, 'SerializationException', 'The body is not JSON.');
    throw error;
  }
}

/** @throws LogsError naming the first field that is wrong */
function parsed<T>(schema: z.ZodType<T>, input: unknown): T {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  if (issue?.code === 'unrecognized_keys')
    throw new LogsError('InvalidParameterException', `The local stack does not emulate ${issue.keys.join(', ')}.`);
  throw new LogsError('InvalidParameterException', `${issue?.path.join('.') || 'The request'}: ${issue?.message}`);
}

/** @throws LogsError */
function patternOf(text: string): LogPattern {
  try {
    return parseLogPattern(text);
  } catch (error) {
    if (!(error instanceof LogPatternError)) throw error;
    throw new LogsError('InvalidParameterException', `Invalid filter pattern: ${error.message}`);
  }
}

/** @throws LogsError */
function groupOf(
  { logGroupName, logGroupIdentifier }: { logGroupName?: string | undefined; logGroupIdentifier?: string | undefined },
  { groups }: LogStore,
): LogGroup {
  const named = logGroupName ?? logGroupIdentifier?.replace(/^arn:[^:]+:logs:[^:]*:[^:]*:log-group:/, '');
  if (named === undefined) throw new LogsError('InvalidParameterException', 'A log group must be named.');
  const found = groups.get(named.replace(/:\*$/, ''));
  if (found === undefined) throw new LogsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return found;
}

/** @throws LogsError */
function mustHaveStream({ streams }: LogGroup, stream: string): void {
  if (!streams.has(stream))
    throw new LogsError('ResourceNotFoundException', 'The specified log stream does not exist.');
}

const exists = (what: string): LogsError =>
  new LogsError('ResourceAlreadyExistsException', `The specified log ${what} already exists`);

const between = (from: number | undefined, to: number | undefined): { from?: number; to?: number } => ({
  ...(from !== undefined && { from }),
  ...(to !== undefined && { to }),
});

const byName = (a: { name: string }, b: { name: string }): number => (a.name < b.name ? -1 : 1);
