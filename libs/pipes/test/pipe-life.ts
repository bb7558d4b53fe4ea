/** Plays the process of a pipe: it dies when a test wants, while the pipe's code runs on in the test's own process, unheard. */
import { type Pipe } from '../src/pipe.js';

/** The answer to a dead process: none. */
export const NEVER = new Promise<never>(() => undefined);

/** One process that runs the pipe; once dead, nothing that it does reaches the world. */
export class Life {
  dead = false;
  /** A stop was asked for: what fails now comes again later. */
  stopping = false;
  readonly died: Promise<void>;
  readonly die: () => void;
  pipe!: Pipe;

  constructor() {
    let die = (): void => undefined;
    this.died = new Promise((resolve) => (die = resolve));
    this.die = () => {
      this.dead = true;
      die();
    };
  }
}
