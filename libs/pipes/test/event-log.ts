/** What a pipe told, with a way to wait for it. */
import { type PipeEvent } from '../src/pipe-event.js';

type OfType<T extends PipeEvent['type']> = PipeEvent & { readonly type: T };

export class EventLog {
  readonly events: PipeEvent[] = [];
  readonly #watchers = new Set<() => void>();

  readonly record = (event: PipeEvent): void => {
    this.events.push(event);
    for (const look of [...this.#watchers]) look();
  };

  of<T extends PipeEvent['type']>(type: T): OfType<T>[] {
    return this.events.filter((event): event is OfType<T> => event.type === type);
  }

  /** Names of the execution steps so far. */
  get steps(): string[] {
    return this.of('execution').map(({ messageType }) => messageType);
  }

  /** Resolves when the `count`-th event of the type that satisfies `wanted` has come. */
  waitFor<T extends PipeEvent['type']>(
    type: T,
    wanted: (event: OfType<T>) => boolean = () => true,
    count = 1,
  ): Promise<OfType<T>> {
    return new Promise((resolve) => {
      const look = (): void => {
        const found = this.of(type).filter(wanted)[count - 1];
        if (found === undefined) return;
        this.#watchers.delete(look);
        resolve(found);
      };
      this.#watchers.add(look);
      look();
    });
  }
}
