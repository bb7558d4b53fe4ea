/** What a container runs as. */
import { type ContainerFrame } from './container-frame.js';

/** Something of the system that runs in a container of its own, until it is stopped. */
export interface Running {
  /** Ends what is under way, then everything; within 10 s. */
  stop(): Promise<void>;
  /** Settles with the reason when it can no longer work. */
  readonly broken?: Promise<string>;
}

/** Resolves when it serves; whether it is ready its health tells. @throws StartError */
export type Role = (frame: ContainerFrame, name: string) => Promise<Running>;
