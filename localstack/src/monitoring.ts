/** What CloudWatch would know of the system: log groups, metrics and alarms, all of it read from the journal. */
import { type Clock } from '../../libs/pipes/src/clock.js';
import { AlarmBook, type AlarmBookOptions } from './alarms/alarm-book.js';
import { AlarmWatch } from './alarms/alarm-watch.js';
import { type MessageBackend } from './backend/messages.js';
import { type Journal } from './journal.js';
import { type JournalEntry } from './journal-event.js';
import { errorLineOf } from './logs/error-line.js';
import { type LogEvent, LogStore } from './logs/log-store.js';
import { embeddedMetrics } from './metrics/embedded-metrics.js';
import { type LogMetric } from './metrics/log-metric.js';
import { MetricStore, one } from './metrics/metric-store.js';
import { type MeasuredPipes, sampleQueue, takePipeMetrics } from './metrics/sampled-metrics.js';
import { countedIn } from './metrics/stack-metrics.js';

export interface MonitoringOptions {
  readonly clock: Clock;
  readonly journal: Journal;
  readonly pipes: MeasuredPipes;
  readonly messages: () => Pick<MessageBackend, 'queueState'>;
  /** The declared ones, by physical name. */
  readonly queues: readonly string[];
  /** Where the states of alarms are kept. */
  readonly alarmFile: string;
  readonly publish: AlarmBookOptions['publish'];
  readonly untilCanPublish?: AlarmBookOptions['untilCanPublish'];
  /** Where alarms tell of themselves; `journal` by default, which has to hear of it. */
  readonly alarmJournal?: Journal;
  /** When an entry happened, by the clock; by default now, as in one process it is. */
  readonly timeOf?: (entry: JournalEntry) => number;
}

export class Monitoring {
  readonly logs: LogStore;
  readonly metrics: MetricStore;
  readonly alarms: AlarmBook;
  private readonly watch: AlarmWatch;
  readonly logMetrics: LogMetric[] = [];

  constructor(private readonly options: MonitoringOptions) {
    this.logs = new LogStore(options.clock);
    this.metrics = new MetricStore(options.clock);
    this.alarms = new AlarmBook({
      ...options,
      file: options.alarmFile,
      journal: options.alarmJournal ?? options.journal,
    });
    this.watch = new AlarmWatch(this.alarms, this);
    // What functions said while the rest of the stack loaded.
    for (const entry of options.journal.entries()) this.take(entry);
    options.journal.subscribe((entry) => this.take(entry));
  }

  get clock(): Clock {
    return this.options.clock;
  }

  /** Begins to look at the alarms, which are all there by now. */
  start(): void {
    this.watch.start();
  }

  stop(): Promise<void> {
    return this.watch.stop();
  }

  /** From now on the lines of its log group are counted. */
  add(metric: LogMetric): void {
    this.logMetrics.push(metric);
    this.logs.group(metric.group).metricFilters += 1;
  }

  /**
   * Adds a line to a log group, and what it counts to the metrics.
   * @param timestamp epoch milliseconds; now, if not given
   */
  log(group: string, stream: string, message: string, timestamp?: number): void {
    const event = this.logs.put(group, stream, message, timestamp);
    this.countEmbedded(event);
    for (const metric of this.logMetrics) {
      const value = metric.valueOf(event);
      if (value !== undefined) this.metrics.add(metric.id, one(value), { timestamp: event.timestamp });
    }
  }

  /** Brings the metrics that are read when somebody asks up to date. */
  sample(queues: Iterable<string> = this.options.queues, timestamp: number = this.clock.now()): void {
    takePipeMetrics(this.options.pipes, this.metrics);
    for (const name of queues) {
      const state = this.options.messages().queueState(name);
      if (state) sampleQueue(name, state, this.metrics, timestamp);
    }
  }

  private take(entry: JournalEntry): void {
    const timestamp = this.options.timeOf?.(entry) ?? this.clock.now();
    if (entry.type === 'log') this.log(entry.logGroup, entry.logStream, entry.line, timestamp);
    for (const { id, value, unit } of countedIn(entry)) this.metrics.add(id, one(value), { timestamp, unit });
    const failure = errorLineOf(entry, timestamp);
    if (failure) this.log(failure.group, failure.stream, failure.message, timestamp);
  }

  /** A function's own time is the machine's, which a test's clock may have left behind. */
  private countEmbedded({ message }: LogEvent): void {
    const ahead = this.clock.now() - Date.now();
    for (const { id, values, unit, timestamp } of embeddedMetrics(message))
      for (const value of values) this.metrics.add(id, one(value), { timestamp: timestamp + ahead, unit });
  }
}
