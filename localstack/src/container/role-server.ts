/** The server of a container: the AWS services that it owns, its health, and pages of its own. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { awsEndpoint, type Services } from '../endpoint/aws-endpoint.js';
import { Faults } from '../endpoint/fault.js';
import { serviceOf } from '../endpoint/aws-request.js';
import { isFromHere, type KnowsHost } from '../endpoint/from-here.js';
import { type PassThrough } from '../endpoint/pass-through.js';
import { Journal } from '../journal.js';
import { listen, type Listening } from '../listen.js';

/** Undefined where it is ready, else what it waits for. */
export type WaitsFor = () => string | undefined | Promise<string | undefined>;

export interface RoleServerOptions {
  readonly host: string;
  readonly port: number;
  /** Names of this server, beside loopback. */
  readonly knows: KnowsHost;
  /** For the message when the port is taken. */
  readonly purpose: string;
  readonly waitsFor: WaitsFor;
  /** What its health tells besides. */
  readonly facts?: () => object;
  readonly services?: Services;
  /** Hears of the calls to the services; by default nobody does, since the endpoint has told of them. */
  readonly journal?: Journal;
  readonly onTableWrite?: () => void;
  /** What is passed on unread: calls of all services but these, which the services above answer. */
  readonly passOn?: { readonly to: PassThrough; readonly unless: ReadonlySet<string> };
  /** By path. */
  readonly pages?: Readonly<Record<string, RequestListener>>;
}

const WAY_IN = ' A name under which others reach this container goes into its variable NAMES, a comma separated list.';

/** @throws StartError when the port is taken */
export async function startRoleServer(options: RoleServerOptions): Promise<Listening> {
  const { host, port, purpose, knows, services, pages = {} } = options;
  const journal = options.journal ?? new Journal(1);
  const onTableWrite = options.onTableWrite ?? ((): undefined => undefined);
  const aws = services && awsEndpoint({ knows, wayIn: WAY_IN, journal, faults: new Faults(), services, onTableWrite });
  const server = createServer((incoming, outgoing) => {
    const path = (incoming.url ?? '/').split('?', 1)[0] ?? '/';
    if (path === '/health') return void answerHealth(options, incoming, outgoing);
    const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
    if (page !== undefined && isFromHere(incoming.headers, knows)) return void page(incoming, outgoing);
    if (passesUnread(incoming, options)) return options.passOn?.to.send(incoming, outgoing);
    if (aws !== undefined) return void aws(incoming, outgoing);
    outgoing.writeHead(404).end();
  });
  // SDKs keep idle connections; the one that closes first must not be us, or a request may meet a closed socket.
  server.keepAliveTimeout = 75_000;
  return listen(server, { host, port }, { purpose, variable: 'PORT', graceMs: 10_000 });
}

const passesUnread = (
  { method = 'GET', url = '/', headers }: IncomingMessage,
  { passOn, knows }: RoleServerOptions,
): boolean =>
  passOn !== undefined && !passOn.unless.has(serviceOf(method, url, headers).service) && isFromHere(headers, knows);

async function answerHealth(
  { waitsFor, facts }: RoleServerOptions,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  incoming.resume();
  const reason = await waitsFor();
  outgoing.writeHead(reason === undefined ? 200 : 503, {
    'content-type': 'application/json',
    ...(reason !== undefined && { 'retry-after': '1' }),
  });
  const state = reason === undefined ? { status: 'ready' } : { status: 'waiting', reason };
  outgoing.end(JSON.stringify({ ...state, ...facts?.() }));
}
