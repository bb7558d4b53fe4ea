/** Keeps the table backend alive: one that dies is started again on the same data, unless it dies again and again. */
import { type Journal } from '../journal.js';
import { type TableBackend } from './table-backend.js';
import { startTables, type TableBackendName } from './tables.js';

const RESTARTS = 3;
const WITHIN_MS = 60_000;

interface SupervisorOptions {
  wanted: TableBackendName | undefined;
  folder: string;
  adopt: (pid: number) => void;
  journal: Journal;
}

export class Supervisor {
  /** Settles with the reason when the backend is given up. */
  readonly broken: Promise<string>;
  private giveUp: (reason: string) => void = () => undefined;
  private restarts: number[] = [];
  private stopped = false;

  private constructor(
    private readonly options: SupervisorOptions,
    public current: TableBackend,
  ) {
    this.broken = new Promise((resolve) => (this.giveUp = resolve));
    void this.watch();
  }

  static async start(options: SupervisorOptions): Promise<Supervisor> {
    return new Supervisor(options, await startTables(options.wanted, options));
  }

  get name(): string {
    return this.current.name;
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.current.stop();
  }

  private async watch(): Promise<void> {
    const reason = await this.current.died;
    if (this.stopped) return;
    this.restarts = [...this.restarts.filter((at) => at > Date.now() - WITHIN_MS), Date.now()];
    if (this.restarts.length > RESTARTS) {
      this.giveUp(`${reason}, for the ${this.restarts.length}th time within a minute`);
      return;
    }
    this.options.journal.record({ type: 'stack', what: `${reason}; it is started again on the same data` });
    try {
      this.current = await startTables(this.options.wanted, this.options);
    } catch (error) {
      this.giveUp(`${reason} and does not start again: ${(error as Error).message}`);
      return;
    }
    if (this.stopped) await this.current.stop();
    else void this.watch();
  }
}
