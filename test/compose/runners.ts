/** The containers that run pipes: who of them works, and how far that one has come. */
import { setTimeout as delay } from 'node:timers/promises';
import { until } from '../../localstack/src/child-process.js';
import { type ComposeStack } from '../fixtures/compose.js';
import { containersOf, type Container } from './containers.js';

/** For an answer of a runner that is about to end, or stands still. */
const PATIENCE_MS = 5_000;

/** What a runner says of itself. */
export interface Health {
  readonly status: string;
  readonly fence?: number;
  readonly standsBy?: string;
}

/** How far each shard of the declared pipe was consumed. */
type Checkpoint = Readonly<Record<string, { readonly sequenceNumber?: string | null; readonly finished?: true }>>;

/**
 * Of all files of the pipe under `/data/checkpoints` the one that the next holder would go on from: that in the folder of the
 * highest number.
 */
const READ_CHECKPOINT = `
  const { readdirSync, readFileSync } = require('node:fs');
  const files = readdirSync('/data/checkpoints', { recursive: true }).filter((file) => file.endsWith('.json'));
  const found = files.map((file) => ({ fence: parseInt(file) || 0, text: readFileSync('/data/checkpoints/' + file, 'utf8') }))
    .map(({ fence, text }) => ({ fence, ...JSON.parse(text) }))
    .filter(({ pipeArn }) => pipeArn.endsWith('pipe/tabletop-dev-order-events'));
  console.log(JSON.stringify(found.sort((a, b) => b.fence - a.fence)[0].shards));`;

export class Runners {
  constructor(private readonly stack: ComposeStack) {}

  /** The runner that holds the lease and has its pipes running. @throws Error after `timeoutMs` */
  async holder(timeoutMs: number, other?: Container): Promise<{ container: Container; fence: number }> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      for (const container of await containersOf(this.stack, 'pipes')) {
        if (container.id === other?.id || container.address === '') continue;
        // One that begins or ends answers nothing yet.
        const { fence, status } = await this.healthOf(container).catch((): Partial<Health> => ({}));
        if (fence !== undefined && status === 'ready') return { container, fence };
      }
      if (Date.now() > deadline) throw new Error(`no runner holds the lease after ${timeoutMs} ms`);
      await delay(100);
    }
  }

  async healthOf(container: Container): Promise<Health> {
    return JSON.parse(await this.get(container, '/health')) as Health;
  }

  /** What ListPipes answers there. */
  pipesOf(container: Container): Promise<string> {
    return this.get(container, '/v1/pipes');
  }

  /** When the work under a lease began, in epoch milliseconds, as the runner itself has told: to ask it takes a while. */
  async begunAt(fence: number): Promise<number> {
    const lines = (await this.stack.compose('logs', '--no-color', '--no-log-prefix', 'pipes')).split('\n');
    const line = lines.find((each) => each.includes(`holds the lease ${fence} `)) ?? '';
    return Date.parse((JSON.parse(line.slice(line.indexOf('{'))) as { timestamp: string }).timestamp);
  }

  /** Resolves when nothing of the runner's work is under way any more. @throws Error after `timeoutMs` */
  async untilStandsBy(container: Container, timeoutMs: number): Promise<void> {
    const standsBy = async (): Promise<boolean> => {
      const { standsBy: holder, fence } = await this.healthOf(container).catch((): Partial<Health> => ({}));
      return holder !== undefined && fence === undefined;
    };
    await until(`${container.name} does not stand by`, standsBy, timeoutMs);
  }

  /** As the volume holds it, seen from a container that runs. */
  async checkpoint(container: Container): Promise<Checkpoint> {
    return JSON.parse(await this.node(container, READ_CHECKPOINT)) as Checkpoint;
  }

  private async get({ address }: Container, path: string): Promise<string> {
    const answer = await fetch(`http://${address}:8080${path}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    return answer.text();
  }

  private node({ name }: Container, program: string): Promise<string> {
    return this.stack.compose('exec', '-T', '--index', name.split('-').at(-1) ?? '1', 'pipes', 'node', '-e', program);
  }
}

/** The shards of which the later checkpoint says less than the earlier one. */
export const movedBack = (earlier: Checkpoint, later: Checkpoint): string[] =>
  Object.entries(earlier).flatMap(([shard, { finished, sequenceNumber }]) => {
    const now = later[shard];
    if (now?.finished === true) return [];
    const isBehind =
      finished === true || now === undefined || BigInt(now.sequenceNumber ?? 0) < BigInt(sequenceNumber ?? 0);
    return isBehind ? [shard] : [];
  });
