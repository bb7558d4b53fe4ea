/** What a container of the system is told by its environment, with all mistakes told together. */
import { networkInterfaces } from 'node:os';
import { resolve } from 'node:path';
import { type RuntimeSettings } from '../../../libs/topology/src/environment.js';
import { readRuntimeSettings } from '../runtime-settings.js';
import { SettingsReader } from '../settings-reader.js';

export interface ContainerSettings {
  /** Of this container's own server. */
  readonly port: number;
  /** The address it listens on: loopback, or all of a container's. */
  readonly host: string;
  readonly stage: string;
  /** Where it keeps what outlives it. */
  readonly dataDir: string;
  /** Where bundles, servers and documents were built to. */
  readonly root: string;
  /** The system's AWS endpoint. */
  readonly awsUrl: string;
  /** LocalStack itself, behind that endpoint. */
  readonly localStackUrl: string;
  /** API and endpoint as the system's users reach them. */
  readonly apiUrl: string;
  readonly publicAwsUrl: string;
  readonly settings: RuntimeSettings;
  /** Where a service's server takes a debugger, such as `0.0.0.0:9229`; empty for nowhere. */
  readonly inspect: string;
  /** The longest pause of a pipe between two tries. */
  readonly backoffCapMs: number;
  /** Names by which others reach this container, beside its usual ones. */
  readonly names: readonly string[];
  /** Where another container of the system listens, by its name. */
  readonly peer: (name: string) => string;
  /** Where this one does, as others reach it. */
  readonly ownUrl: string;
}

const PORT = 8080;

/** @throws StartError naming each variable that cannot be used */
export function readContainerSettings(environment: NodeJS.ProcessEnv): ContainerSettings {
  const reader = new SettingsReader(environment);
  const port = reader.whole('PORT', PORT, 65_535);
  const host = reader.text('HOST', '127.0.0.1');
  const peers = peersIn(reader.text('PEERS', ''), reader);
  const settings: ContainerSettings = {
    port,
    host,
    stage: reader.text('STAGE', 'dev'),
    dataDir: reader.text('DATA_DIR', '.tabletop'),
    root: resolve(reader.text('ROOT', 'dist')),
    awsUrl: reader.origin('AWS_ENDPOINT_URL', 'http://aws:4566'),
    localStackUrl: reader.origin('LOCALSTACK_URL', 'http://localstack:4566'),
    apiUrl: reader.origin('PUBLIC_API_URL', 'http://localhost:4000'),
    publicAwsUrl: reader.origin('PUBLIC_AWS_URL', 'http://localhost:4566'),
    ...readRuntimeSettings(reader, environment),
    names: reader
      .text('NAMES', '')
      .split(',')
      .filter((name) => name !== ''),
    inspect: reader.text('INSPECT', ''),
    peer: (name) => peers.get(name) ?? `http://${name}:${PORT}`,
    ownUrl: `http://${host === '0.0.0.0' ? ownAddress() : host}:${port}`,
  };
  reader.assertUsable();
  return settings;
}

/** `notifier=http://127.0.0.1:4101,pipes=http://127.0.0.1:4102`: containers that are not found under their own names. */
function peersIn(text: string, reader: SettingsReader): Map<string, string> {
  const peers = new Map<string, string>();
  for (const pair of text.split(',').filter((each) => each !== '')) {
    const [name = '', origin = ''] = pair.split('=', 2);
    if (URL.canParse(origin)) peers.set(name, new URL(origin).origin);
    else reader.mistake(`PEERS has "${pair}"; give name=address`);
  }
  return peers;
}

/** The address of a container in its network. */
const ownAddress = (): string =>
  Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal)?.address ?? '127.0.0.1';
