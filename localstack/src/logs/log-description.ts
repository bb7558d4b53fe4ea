/** Log groups and streams as CloudWatch Logs describes them. */
import { logGroupArn, type LogGroup, type LogStream } from './log-store.js';

export const describeGroup = (described: LogGroup): object => ({
  logGroupName: described.name,
  creationTime: described.createdAt,
  arn: `${logGroupArn(described.name)}:*`,
  logGroupArn: logGroupArn(described.name),
  logGroupClass: 'STANDARD',
  metricFilterCount: described.metricFilters,
  storedBytes: described.stored,
  ...(described.retentionDays !== undefined && { retentionInDays: described.retentionDays }),
});

export const describeStream = (of: string, stream: LogStream): object => ({
  logStreamName: stream.name,
  creationTime: stream.createdAt,
  arn: `${logGroupArn(of)}:log-stream:${stream.name}`,
  storedBytes: 0,
  ...(stream.firstEventAt !== undefined && {
    firstEventTimestamp: stream.firstEventAt,
    lastEventTimestamp: stream.lastEventAt,
    lastIngestionTime: stream.lastIngestedAt,
    uploadSequenceToken: '0',
  }),
});
