/** The alarms of a stack with their states, which outlive a restart, and what became of them lately. */
import { existsSync, readFileSync } from 'node:fs';
import { replaceFile } from '../../../libs/pipes/src/atomic-file.js';
import { type Clock } from '../../../libs/pipes/src/clock.js';
import { type Journal } from '../journal.js';
import { type AlarmState } from '../journal-event.js';
import { type AlarmDefinition } from './alarm-definition.js';
import { messageOf, subjectOf, type Transition } from './alarm-message.js';
import { INITIAL_REASON } from './alarm-reason.js';

export interface Alarm {
  readonly definition: AlarmDefinition;
  readonly configuredAt: number;
  state: AlarmState;
  reason: string;
  /** Epoch milliseconds. */
  stateSince: number;
}

/** https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_AlarmHistoryItem.html */
export interface HistoryItem {
  readonly alarm: string;
  readonly at: number;
  readonly type: 'StateUpdate' | 'Action';
  readonly summary: string;
  readonly data: string;
}

export interface AlarmBookOptions {
  /** Where states are kept. */
  readonly file: string;
  readonly clock: Clock;
  readonly journal: Journal;
  readonly publish: (topicArn: string, subject: string, message: string) => Promise<unknown>;
  /** Undefined while topics can be told; else resolves when they can. By default they always can. */
  readonly untilCanPublish?: () => Promise<unknown> | undefined;
}

type KeptState = Pick<Alarm, 'state' | 'reason' | 'stateSince'>;

const MOST_HISTORY = 1_000;

export class AlarmBook {
  /** The latest last. */
  readonly history: HistoryItem[] = [];
  private readonly alarms = new Map<string, Alarm>();
  private kept: Readonly<Record<string, KeptState>> | undefined;
  /** Changes of the file wait for each other: two at once would hurt each other's. */
  private filing: Promise<unknown> = Promise.resolve();

  constructor(private readonly options: AlarmBookOptions) {}

  get size(): number {
    return this.alarms.size;
  }

  /** By name. */
  all(): Alarm[] {
    return [...this.alarms.values()].sort((a, b) => (a.definition.name < b.definition.name ? -1 : 1));
  }

  get(name: string): Alarm | undefined {
    return this.alarms.get(name);
  }

  /** Adds an alarm in the state that it was left in. */
  add(definition: AlarmDefinition): void {
    this.kept ??= this.read();
    const now = this.options.clock.now();
    const initial: KeptState = { state: 'INSUFFICIENT_DATA', reason: INITIAL_REASON, stateSince: now };
    const before = this.kept[definition.name] ?? initial;
    this.alarms.set(definition.name, { definition, configuredAt: now, ...before });
  }

  /**
   * Puts an alarm into a state, and acts when that is another one than before. Resolves when all topics are told; those
   * that cannot be told yet are later, and nobody waits for it: the other alarms have to be looked at meanwhile.
   */
  async change(alarm: Alarm, to: AlarmState, reason: string): Promise<void> {
    const { definition, state: from } = alarm;
    const { name, actions } = definition;
    const { clock, journal } = this.options;
    const at = clock.now();
    alarm.reason = reason;
    if (from === to) return;
    Object.assign(alarm, { state: to, stateSince: at });
    const transition: Transition = { from, to, reason, at, configuredAt: alarm.configuredAt };
    journal.record({ type: 'alarm', alarm: name, from, to, reason });
    this.remember({
      ...{ alarm: name, at, type: 'StateUpdate' },
      summary: `Alarm updated from ${from} to ${to}`,
      data: JSON.stringify({
        ...{ version: '1.0', oldState: { stateValue: from } },
        newState: { stateValue: to, stateReason: reason },
      }),
    });
    const telling = actions[to].map((topic) => this.tell(topic, definition, transition));
    await Promise.all([this.write(), ...telling]);
  }

  private async tell(topicArn: string, definition: AlarmDefinition, transition: Transition): Promise<void> {
    const { journal, publish, untilCanPublish } = this.options;
    const { name } = definition;
    const done = (summary: string): void =>
      this.remember({ alarm: name, at: transition.at, type: 'Action', summary, data: JSON.stringify({ topicArn }) });
    const wait = untilCanPublish?.();
    if (wait !== undefined) return void wait.then(() => this.tell(topicArn, definition, transition));
    try {
      await publish(topicArn, subjectOf(name, transition.to), messageOf(definition, transition));
      done(`Successfully executed action ${topicArn}`);
    } catch (error) {
      // It has become impossible on the way.
      if (untilCanPublish?.() !== undefined) return this.tell(topicArn, definition, transition);
      // As on AWS, an alarm whose action fails has changed all the same.
      done(`Failed to execute action ${topicArn}`);
      journal.record({ type: 'stack', what: `alarm ${name} could not tell ${topicArn}: ${(error as Error).message}` });
    }
  }

  private remember(item: HistoryItem): void {
    this.history.push(item);
    if (this.history.length > MOST_HISTORY) this.history.shift();
  }

  private read(): Readonly<Record<string, KeptState>> {
    const { file } = this.options;
    return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, KeptState>) : {};
  }

  private write(): Promise<unknown> {
    this.filing = this.filing.then(async () => {
      const states = this.all().map(({ definition, state, reason, stateSince }) => [
        definition.name,
        { state, reason, stateSince } satisfies KeptState,
      ]);
      try {
        await replaceFile(this.options.file, JSON.stringify(Object.fromEntries(states)));
      } catch (error) {
        const what = `the states of alarms could not be kept: ${(error as Error).message}`;
        this.options.journal.record({ type: 'stack', what });
      }
    });
    return this.filing;
  }
}
