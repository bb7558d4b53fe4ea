/** fauxqs: SNS and SQS (and S3, STS) in this process, every change kept in SQLite at once. */
import { mkdirSync } from 'node:fs';
import { startFauxqs } from 'fauxqs';
import { REGION } from '../account.js';

export interface MessageBackend {
  readonly origin: string;
  stop(): Promise<void>;
}

/** Starts fauxqs on a free port with its data in `folder`. */
export async function startMessages(folder: string): Promise<MessageBackend> {
  mkdirSync(folder, { recursive: true });
  const server = await startFauxqs({
    port: 0,
    host: '127.0.0.1',
    logger: false,
    defaultRegion: REGION,
    dataDir: folder,
  });
  return { origin: `http://127.0.0.1:${server.port}`, stop: () => server.stop() };
}
