/** Log groups, their streams and events, as CloudWatch Logs keeps them; bounded in memory, the oldest go first. */
import { type Clock } from '../../../libs/pipes/src/clock.js';
import { ACCOUNT, REGION } from '../account.js';

export interface LogEvent {
  /** Digits that rise with each event of the store. */
  readonly id: string;
  readonly group: string;
  readonly stream: string;
  /** Epoch milliseconds, like all times here. */
  readonly timestamp: number;
  readonly ingestedAt: number;
  readonly message: string;
}

export interface LogStream {
  readonly name: string;
  readonly createdAt: number;
  firstEventAt?: number;
  lastEventAt?: number;
  lastIngestedAt?: number;
}

export interface LogGroup {
  readonly name: string;
  readonly createdAt: number;
  readonly streams: Map<string, LogStream>;
  /** Kept and shown; what bounds the store decides how long events live here. */
  retentionDays?: number;
  metricFilters: number;
  /** Characters that were put in. */
  stored: number;
}

/** What a search is narrowed to. */
export interface LogSearch {
  readonly group: string;
  readonly inStream?: (name: string) => boolean;
  /** Both included. */
  readonly from?: number;
  readonly to?: number;
}

const CAPACITY = { events: 50_000, characters: 32_000_000, streams: 200 } as const;

export const logGroupArn = (name: string): string => `arn:aws:logs:${REGION}:${ACCOUNT}:log-group:${name}`;

export class LogStore {
  readonly groups = new Map<string, LogGroup>();
  /** In the order in which they came. */
  private events: LogEvent[] = [];
  private characters = 0;
  private next = 0;

  constructor(
    private readonly clock: Clock,
    private readonly capacity: { events: number; characters: number; streams: number } = CAPACITY,
  ) {}

  /** The group of this name, made when it is not there. */
  group(name: string): LogGroup {
    const found = this.groups.get(name);
    if (found) return found;
    const made: LogGroup = { name, createdAt: this.clock.now(), streams: new Map(), metricFilters: 0, stored: 0 };
    this.groups.set(name, made);
    return made;
  }

  /** The stream of this name, made when it is not there; the oldest of a group with too many is forgotten. */
  stream(group: LogGroup, name: string): LogStream {
    const found = group.streams.get(name);
    if (found) return found;
    const made: LogStream = { name, createdAt: this.clock.now() };
    group.streams.set(name, made);
    const [oldest] = group.streams.keys();
    if (group.streams.size > this.capacity.streams && oldest !== undefined) group.streams.delete(oldest);
    return made;
  }

  /** Adds an event to a stream, and gives it. */
  put(groupName: string, streamName: string, message: string, timestamp: number = this.clock.now()): LogEvent {
    const group = this.group(groupName);
    const stream = this.stream(group, streamName);
    const ingestedAt = this.clock.now();
    stream.firstEventAt = Math.min(stream.firstEventAt ?? timestamp, timestamp);
    stream.lastEventAt = Math.max(stream.lastEventAt ?? timestamp, timestamp);
    stream.lastIngestedAt = ingestedAt;
    group.stored += message.length;
    const id = String(this.next++).padStart(56, '0');
    const event: LogEvent = { id, group: groupName, stream: streamName, timestamp, ingestedAt, message };
    this.events.push(event);
    this.characters += message.length;
    if (this.events.length > this.capacity.events * 1.25) this.cutTo(this.capacity.events);
    while (this.characters > this.capacity.characters && this.events.length > 1)
      this.cutTo(Math.floor(this.events.length / 2));
    return event;
  }

  /** By time, then by arrival. */
  search({ group, inStream = () => true, from = 0, to = Number.POSITIVE_INFINITY }: LogSearch): LogEvent[] {
    return this.events
      .filter(
        (event) => event.group === group && event.timestamp >= from && event.timestamp <= to && inStream(event.stream),
      )
      .sort((a, b) => a.timestamp - b.timestamp);
  }

  private cutTo(count: number): void {
    this.events = this.events.slice(-count);
    this.characters = this.events.reduce((sum, { message }) => sum + message.length, 0);
  }
}
