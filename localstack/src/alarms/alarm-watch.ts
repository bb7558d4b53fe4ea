/** Looks at every alarm once a minute, as CloudWatch does: the only timer of monitoring. */
import { type Clock } from '../../../libs/pipes/src/clock.js';
import { MINUTE, type MetricStore } from '../metrics/metric-store.js';
import { type Alarm, type AlarmBook } from './alarm-book.js';
import { evaluationRange, stateOf, statisticOf, type Datapoint } from './alarm-evaluation.js';
import { reasonOf } from './alarm-reason.js';

/** Where the data points come from. */
export interface WatchedMetrics {
  readonly clock: Clock;
  readonly metrics: MetricStore;
  /** Brings metrics up to date that are read when somebody asks. */
  sample(queues: Iterable<string>, timestamp: number): void;
}

export class AlarmWatch {
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly alarms: AlarmBook,
    private readonly watched: WatchedMetrics,
  ) {}

  /** Begins to look; without alarms there is nothing to look at. */
  start(): void {
    if (this.alarms.size > 0) this.running = this.run();
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    const { clock } = this.watched;
    while (!signal.aborted) {
      await clock.sleep(MINUTE - (clock.now() % MINUTE), signal);
      // A timer may wake a millisecond early; the minute that ends is meant.
      if (!signal.aborted) await this.evaluate(Math.round(clock.now() / MINUTE) * MINUTE);
    }
  }

  /** @param end of the minute that has just ended */
  private async evaluate(end: number): Promise<void> {
    const alarms = this.alarms.all();
    const queues = alarms.flatMap(({ definition }) => definition.metric.dimensions.QueueName ?? []);
    this.watched.sample(new Set(queues), end - 1);
    await Promise.all(alarms.map((alarm) => this.look(alarm, end)));
  }

  /**
   * The periods end now, whatever their length: a period of five minutes is looked at anew each minute, as in CloudWatch's
   * sliding window, its default. https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarm-evaluation-window.html
   */
  private async look(alarm: Alarm, end: number): Promise<void> {
    const { definition } = alarm;
    const length = definition.period * 1000;
    const datapoints = Array.from({ length: evaluationRange(definition) }, (_, age): Datapoint => {
      const before = end - age * length;
      const values = this.watched.metrics.statistics(definition.metric, before - length, before);
      return values && statisticOf(values, definition.statistic);
    });
    const state = stateOf(datapoints, definition);
    if (state === undefined || state === alarm.state) return;
    await this.alarms.change(alarm, state, reasonOf(state, datapoints, end, definition));
  }
}
