/**
 * Connections to a container by its name. A stop and a start move containers to other addresses, also while a connection is
 * being made: what is asked for at the address that the name had is then answered by whoever has it by now, and all that
 * follows on the connection goes there too. So the name is looked up again once it is made.
 */
import { lookup } from 'node:dns/promises';
import { once } from 'node:events';
import { Agent, type AgentOptions, type ClientRequestArgs } from 'node:http';
import { connect, isIP, type LookupFunction, type Socket } from 'node:net';
import { type Duplex } from 'node:stream';

const PATIENCE_MS = 10_000;
/** More moves than one stop and start makes. */
const TRIES = 3;
/**
 * When the peer is silent for so long, the system asks whether it is there, and gives up after ten questions a second apart:
 * a container that is gone with its network ends no connection. It does not ask while something sent is not yet received.
 */
const SILENCE_MS = 1_000;

/** The addresses of a name at this moment. */
export type AddressesOf = (name: string) => Promise<readonly string[]>;

const resolved: AddressesOf = async (name) => (await lookup(name, { all: true })).map(({ address }) => address);

/** Whom to connect to, as the clients of HTTP have it. */
interface Peer {
  readonly host: string;
  readonly port: number;
}

/** @throws Error as of `node:net`, or EHOSTUNREACH when the name has moved each time */
export async function connectTo(peer: Peer, addressesOf: AddressesOf = resolved): Promise<Socket> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const socket = await connected(peer, addressesOf);
    if (isIP(peer.host) !== 0 || (await leadsTo(peer.host, socket, addressesOf))) return socket;
    socket.destroy();
  }
  throw Object.assign(new Error(`${peer.host} has moved to another address`), { code: 'EHOSTUNREACH' });
}

/** Whether the name has the address that the socket is connected to. @throws Error of the socket, which may fail meanwhile */
async function leadsTo(name: string, socket: Socket, addressesOf: AddressesOf): Promise<boolean> {
  const { remoteAddress = '' } = socket;
  // Nobody else listens yet, and an error that nobody hears ends the program.
  const hear = (): undefined => undefined;
  socket.on('error', hear);
  try {
    const addresses = await addressesOf(name);
    if (socket.errored !== null) throw socket.errored;
    return addresses.includes(remoteAddress);
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    socket.off('error', hear);
  }
}

async function connected({ host, port }: Peer, addressesOf: AddressesOf): Promise<Socket> {
  const find: LookupFunction = (name, _options, found) =>
    void addressesOf(name).then(
      (addresses) =>
        found(
          null,
          addresses.map((address) => ({ address, family: isIP(address) })),
        ),
      (error: Error) => found(error, []),
    );
  // Each address is tried: a name such as localhost has several, and nobody may listen on the first.
  const socket = connect({
    ...{ host, port, lookup: find, autoSelectFamily: true, noDelay: true },
    ...{ keepAlive: true, keepAliveInitialDelay: SILENCE_MS },
  });
  try {
    await once(socket, 'connect', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  }
}

/** Of `node:http`, with connections that lead where their name does. */
export class ContainerAgent extends Agent {
  constructor(
    options: AgentOptions,
    private readonly addressesOf: AddressesOf = resolved,
  ) {
    super(options);
  }

  override createConnection(
    { host, port }: ClientRequestArgs,
    callback?: (error: Error | null, stream: Duplex) => void,
  ): undefined {
    const given = callback as ((error: Error | null, stream?: Duplex) => void) | undefined;
    connectTo({ host: host ?? 'localhost', port: Number(port) }, this.addressesOf).then(
      (socket) => given?.(null, socket),
      (error: Error) => given?.(error),
    );
  }
}
