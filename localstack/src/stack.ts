/** What a local stack is asked for, and what it hands over. */
import { type Clock } from '../../libs/pipes/src/clock.js';
import { type RuntimeSettings } from '../../libs/topology/src/environment.js';
import { type Topology } from '../../libs/topology/src/system.js';
import { type TableBackendName } from './backend/tables.js';
import { type AwsRequest } from './endpoint/aws-request.js';
import { type Faults } from './endpoint/fault.js';
import { type JournalReader } from './journal.js';
import { type LocalSystem } from './resource/local-system.js';
import { type Made } from './resource/makers.js';

export interface LocalStackOptions {
  topology: Topology;
  /** Where function entries are looked up; default the working folder. */
  root?: string;
  stage?: string;
  /** Of the API; 0 takes any free port. */
  port?: number;
  /** Of the AWS endpoint; 0 takes any free port. */
  awsPort?: number;
  /** Loopback unless told otherwise. */
  host?: string;
  /** Where data survives the stop; without it, a temporary folder that does not. */
  dataDir?: string;
  /** Empties the data folder first. */
  fresh?: boolean;
  /** Where bundles are kept; default inside the data folder. */
  bundles?: string;
  tables?: TableBackendName;
  settings?: Partial<RuntimeSettings>;
  /** The most instances of one function at a time. */
  maxInstances?: number;
  /** How long an API waits for a function; 29 s on AWS, https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html */
  integrationTimeoutMs?: number;
  /** The longest pause between two tries of a pipe; AWS's own grows to a minute. */
  backoffCapMs?: number;
  /** Other names under which CloudFormation tells of this system, beside `<system>-<stage>`. */
  aliases?: readonly string[];
  /** The time of logs, metrics and alarms, which tests move. */
  clock?: Clock;
  /** Told of each call at the AWS endpoint as it came: which rights would it have needed on AWS? */
  onCall?: (request: AwsRequest) => void;
  /** Told of each step of the start. */
  onProgress?: (step: string) => void;
}

export interface LocalStack {
  /** `http://127.0.0.1:4000/dev`, by the API's logical name. */
  readonly apiUrls: Readonly<Record<string, string>>;
  /** The first API's URL; undefined when the system has none. */
  readonly apiUrl: string | undefined;
  readonly awsUrl: string;
  readonly journal: JournalReader;
  readonly faults: Faults;
  readonly resources: readonly Made[];
  readonly dataDir: string;
  readonly backend: string;
  /** Settles when the stack can no longer work, with the reason. */
  readonly broken: Promise<string>;
  /** What the declaration has become, for those who compare the two. */
  readonly inside: Pick<LocalSystem, 'functions' | 'consumers' | 'monitoring'>;
  physicalName(kind: string, name: string): string;
  /** Resolves when every request is answered, every stream record delivered and every function idle. */
  drained(timeoutMs?: number): Promise<void>;
  /** Ends everything that was started; safe to call twice. */
  stop(): Promise<void>;
}
