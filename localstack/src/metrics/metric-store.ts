/** Metrics as CloudWatch keeps them, in statistics of one minute; bounded in time and in number. */
import { type Clock } from '../../../libs/pipes/src/clock.js';

/** What makes two values of the same metric: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch_concepts.html */
export interface MetricId {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
}

export interface StatisticSet {
  readonly sum: number;
  readonly minimum: number;
  readonly maximum: number;
  readonly sampleCount: number;
}

interface Series {
  readonly id: MetricId;
  unit: string;
  /** A number that rises with each write of the store. */
  writtenAt: number;
  /** By the minute's begin, oldest first. */
  readonly minutes: Map<number, StatisticSet>;
}

export const MINUTE = 60_000;

/** The most metrics; the one that was written longest ago goes first. */
const MOST_SERIES = 1_000;
const KEPT_MINUTES = 180;

/** The statistics of one value. */
export const one = (value: number): StatisticSet => ({ sum: value, minimum: value, maximum: value, sampleCount: 1 });

export class MetricStore {
  private readonly series = new Map<string, Series>();
  private writes = 0;
  private keptMinutes = KEPT_MINUTES;

  constructor(
    private readonly clock: Clock,
    private readonly mostSeries = MOST_SERIES,
  ) {}

  /** Keeps values for at least as long: an alarm may look back further than others ask for. */
  keepMinutes(count: number): void {
    this.keptMinutes = Math.max(this.keptMinutes, count);
  }

  /** Adds a value, or the statistics of many, to its minute; what is older than the store keeps is dropped. */
  add(id: MetricId, values: StatisticSet, { timestamp = this.clock.now(), unit = 'None' } = {}): void {
    const minute = minuteOf(timestamp);
    const series = this.open(id, unit);
    const before = series.minutes.get(minute);
    this.put(series, minute, before === undefined ? values : sumOf([before, values]));
  }

  /** Puts statistics in the place of those of their minute. */
  set(id: MetricId, values: StatisticSet, timestamp: number, unit: string): void {
    this.put(this.open(id, unit), minuteOf(timestamp), values);
  }

  /** The metrics that have values, in no order. */
  list(): MetricId[] {
    const oldest = this.oldest();
    return [...this.series.values()]
      .filter(({ minutes }) => [...minutes.keys()].some((minute) => minute >= oldest))
      .map(({ id }) => id);
  }

  unitOf(id: MetricId): string | undefined {
    return this.series.get(keyOf(id))?.unit;
  }

  /** The statistics of all values from a time on and before another; undefined when there are none. */
  statistics(id: MetricId, from: number, before: number): StatisticSet | undefined {
    const { minutes } = this.series.get(keyOf(id)) ?? {};
    if (minutes === undefined) return undefined;
    const found: StatisticSet[] = [];
    for (let minute = Math.max(minuteOf(from), this.oldest()); minute < before; minute += MINUTE) {
      const values = minutes.get(minute);
      if (values) found.push(values);
    }
    return found.length === 0 ? undefined : sumOf(found);
  }

  private open(id: MetricId, unit: string): Series {
    const key = keyOf(id);
    let series = this.series.get(key);
    if (series === undefined) {
      if (this.series.size >= this.mostSeries) this.forgetOne();
      series = { id, unit, writtenAt: 0, minutes: new Map() };
      this.series.set(key, series);
    }
    series.unit = unit;
    series.writtenAt = this.writes += 1;
    return series;
  }

  private forgetOne(): void {
    const entries = [...this.series];
    const [key] = entries.reduce((a, b) => (b[1].writtenAt < a[1].writtenAt ? b : a));
    this.series.delete(key);
  }

  private put({ minutes }: Series, minute: number, values: StatisticSet): void {
    const oldest = this.oldest();
    if (minute < oldest || minute > this.clock.now() + 2 * 60 * MINUTE) return;
    minutes.set(minute, values);
    if (minutes.size > this.keptMinutes) for (const kept of minutes.keys()) if (kept < oldest) minutes.delete(kept);
  }

  private oldest(): number {
    return minuteOf(this.clock.now()) - this.keptMinutes * MINUTE;
  }
}

const minuteOf = (timestamp: number): number => Math.floor(timestamp / MINUTE) * MINUTE;

/** The statistics of all values together. */
const sumOf = (sets: readonly StatisticSet[]): StatisticSet =>
  sets.reduce((a, b) => ({
    sum: a.sum + b.sum,
    minimum: Math.min(a.minimum, b.minimum),
    maximum: Math.max(a.maximum, b.maximum),
    sampleCount: a.sampleCount + b.sampleCount,
  }));

/** Built by hand: it is made for every value, and JSON takes three times as long. */
function keyOf({ namespace, name, dimensions }: MetricId): string {
  const names = Object.keys(dimensions);
  if (names.length > 1) names.sort();
  return names.reduce((key, each) => `${key}\n${each}\n${dimensions[each]}`, `${namespace}\n${name}`);
}
