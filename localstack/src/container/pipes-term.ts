/** One runner's time with the lease: its pipes, from the moment it took over until it lets go. */
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBStreamsClient } from '@aws-sdk/client-dynamodb-streams';
import { LambdaClient } from '@aws-sdk/client-lambda';
import { SNSClient } from '@aws-sdk/client-sns';
import { SQSClient } from '@aws-sdk/client-sqs';
import { join } from 'node:path';
import { systemClock } from '../../../libs/pipes/src/clock.js';
import { fencedCheckpoints } from '../../../libs/pipes/src/fenced-checkpoints.js';
import { type PipeState } from '../../../libs/pipes/src/pipe-state.js';
import { type Lease } from '../../../libs/pipes/src/lease.js';
import { type Pipe } from '../../../libs/topology/src/model.js';
import { CREDENTIALS, functionArn, REGION } from '../account.js';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { type AwsResponse } from '../endpoint/aws-response.js';
import { answerDeadLetters } from '../pipes/dead-letters-api.js';
import { endpointInvoker } from '../pipes/endpoint-invoker.js';
import { assertReachable, pipeOptionsOf } from '../pipes/pipe-connections.js';
import { type PipeSurroundings } from '../pipes/pipe-surroundings.js';
import { PipeRegistry } from '../pipes/pipe-registry.js';
import { answerPipes } from '../pipes/pipes-api.js';
import { requestIdOfRecords } from '../pipes/request-id.js';
import { makePipe } from '../resource/pipe-maker.js';
import { describeTable } from '../resource/table-maker.js';
import { type ContainerFrame } from './container-frame.js';
import { say } from './log-lines.js';
import { type PipeReport } from './reported-pipes.js';

const PAUSE_MS = 500;
const REPORT_MS = 5_000;
/** A declared pipe in one of these is made anew. */
const FAILED: ReadonlySet<PipeState> = new Set(['CREATE_FAILED', 'START_FAILED', 'UPDATE_FAILED', 'STOP_FAILED']);

export class PipesTerm {
  /** What the declared pipes wait for. */
  waitsFor: string | undefined = 'the AWS endpoint';
  private readonly registry: PipeRegistry;
  private readonly stopping = new AbortController();
  private readonly surroundings: PipeSurroundings;
  private readonly lambda: LambdaClient;
  private readonly declared: readonly Pipe[];
  private readonly working: Promise<unknown>;
  private session: string | undefined;
  private allAnswered = false;

  constructor(
    private readonly frame: ContainerFrame,
    private readonly lease: Lease,
    private readonly service: string,
  ) {
    const { container, endpoint, resources, physicalName } = frame;
    const access = { endpoint, region: REGION, credentials: CREDENTIALS };
    this.lambda = new LambdaClient({ ...access, maxAttempts: 1 });
    this.declared = resources.filter((resource) => resource.kind === 'pipe');
    const known = new Set(
      resources.flatMap((resource) => (resource.kind === 'function' ? [functionArn(physicalName(resource))] : [])),
    );
    this.surroundings = {
      ...frame,
      clients: { tables: new DynamoDBClient(access), queues: new SQSClient(access), topics: new SNSClient(access) },
      streams: new DynamoDBStreamsClient(access),
      checkpoints: fencedCheckpoints(join(container.dataDir, 'checkpoints'), lease),
      deadLetters: join(container.dataDir, 'dead-letters'),
      now: () => Date.now(),
      invokerOf: (arn) => (known.has(arn) ? endpointInvoker(this.lambda, arn) : undefined),
      requestIdOf: requestIdOfRecords(resources, physicalName),
      assertMayDeliver: () => lease.assertHighest(),
    };
    this.registry = new PipeRegistry({
      folder: join(container.dataDir, 'pipes'),
      optionsOf: (definition) => pipeOptionsOf(definition, this.surroundings),
      assertReachable: (definition) => assertReachable(definition, this.surroundings),
      assertMayWrite: () => lease.assertHighest(),
    });
    this.working = Promise.all([this.follow(), this.listen(), this.report()]);
  }

  get fence(): number {
    return this.lease.fence;
  }

  answer(request: AwsRequest): Promise<AwsResponse> {
    return request.service === 'pipes'
      ? answerPipes(request, this.registry)
      : answerDeadLetters(request, this.registry);
  }

  /** Whether this runner may still speak for the pipes. */
  get isHeld(): boolean {
    return this.lease.isHeld();
  }

  /** Resolves when the deliveries under way have ended. */
  async stop(): Promise<void> {
    this.stopping.abort();
    await this.working;
    await this.registry.close();
    const { clients, streams } = this.surroundings;
    for (const client of [this.lambda, streams, ...Object.values(clients)]) client.destroy();
  }

  /** Makes the declared pipes, and anew those whose table LocalStack has lost. */
  private async follow(): Promise<void> {
    const { signal } = this.stopping;
    for (; !signal.aborted; await systemClock.sleep(PAUSE_MS, signal)) {
      const session = await this.sessionOf(`${this.frame.endpoint}/health`);
      if (session === undefined || (session === this.session && this.isWhole)) continue;
      try {
        for (const pipe of this.declared) await this.make(pipe);
        this.allAnswered = await this.restore();
        this.session = session;
        this.waitsFor = undefined;
      } catch (error) {
        const { message } = error as Error;
        if (message !== this.waitsFor && !signal.aborted) say(this.service, message, 'ERROR');
        this.waitsFor = message;
      }
    }
  }

  /** Nothing is left to make, and nothing of what was made has failed since. */
  private get isWhole(): boolean {
    return this.waitsFor === undefined && this.allAnswered && this.declared.every((pipe) => !this.hasFailed(pipe));
  }

  private hasFailed(pipe: Pipe): boolean {
    const name = this.frame.physicalName(pipe);
    const found = this.registry.all().find(({ definition }) => definition.Name === name);
    return found === undefined || FAILED.has(found.pipe.state);
  }

  /** The LocalStack on which the endpoint has everything ready; undefined while it has not. */
  private async sessionOf(url: string): Promise<string | undefined> {
    try {
      const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
      const { session } = (await response.json()) as { session?: string };
      return response.ok ? session : undefined;
    } catch {
      // The endpoint is away; it is asked again.
      return undefined;
    }
  }

  private async make(pipe: Pipe): Promise<void> {
    const { physicalName } = this.frame;
    const name = physicalName(pipe);
    const { clients } = this.surroundings;
    const before = this.registry.all().find(({ definition }) => definition.Name === name);
    if (before !== undefined) {
      const table = await describeTable(clients.tables, physicalName(pipe.source));
      const isSame = table?.LatestStreamArn === before.definition.Source;
      if (isSame && !this.hasFailed(pipe)) return;
      const why = isSame ? (before.pipe.stateReason ?? before.pipe.state) : 'its table was made anew';
      say(this.service, `pipe ${pipe.name} is started again: ${why}`, 'WARN');
      await this.registry.drop(name);
    }
    await makePipe(pipe, { clients, physicalName, pipes: this.registry });
    say(this.service, `pipe ${pipe.name} started`);
  }

  private restore(): Promise<boolean> {
    return this.registry.restore((pipe, reason) =>
      say(this.service, `pipe ${pipe} cannot come back: ${reason}`, 'WARN'),
    );
  }

  /** Reads at once what was written to a table. */
  private async listen(): Promise<void> {
    const { signal } = this.stopping;
    for (; !signal.aborted; await systemClock.sleep(PAUSE_MS, signal)) {
      try {
        const { body } = await fetch(`${this.frame.endpoint}/_tabletop/writes`, { signal });
        for await (const _line of body ?? []) this.registry.wake();
      } catch {
        // The endpoint is away; meanwhile the pipes look by themselves.
      }
    }
  }

  private async report(): Promise<void> {
    const { signal } = this.stopping;
    for (; !signal.aborted; await systemClock.sleep(REPORT_MS, signal)) {
      const report: PipeReport = Object.fromEntries(
        this.registry.all().map(({ definition, pipe }) => [definition.Name, pipe.metrics()]),
      );
      const options = { method: 'POST', body: JSON.stringify(report), signal: AbortSignal.timeout(2_000) };
      // A report that is missed is in the next one.
      await fetch(`${this.frame.endpoint}/_tabletop/pipe-metrics`, options).catch(() => undefined);
    }
  }
}
