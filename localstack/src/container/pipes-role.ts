/**
 * The pipes of the system. Several of these containers share a volume: one holds the lease and runs the pipes, the others
 * stand by, pass on what they are asked, and take over when it is gone.
 */
import { join } from 'node:path';
import { takeLease, type Lease } from '../../../libs/pipes/src/lease.js';
import { type AwsRequest } from '../endpoint/aws-request.js';
import { unavailable, type AwsResponse } from '../endpoint/aws-response.js';
import { Forwarder } from '../endpoint/forward.js';
import { JournalLink } from './journal-link.js';
import { say, writeLines } from './log-lines.js';
import { PipesTerm } from './pipes-term.js';
import { type Role } from './role.js';
import { startRoleServer } from './role-server.js';
import { holdTerms } from './terms.js';

/** A holder that was killed is followed within this time and a second. */
const LEASE_MS = 4_000;
/** Less than the grace period of the container, with what is left to send of the journal: docker-compose.yml. */
const PATIENCE_MS = 8_000;

export const startPipes: Role = async (frame, name) => {
  const { container, journal } = frame;
  writeLines(journal, name);
  const link = new JournalLink(journal, container.awsUrl, name);
  const forwarder = new Forwarder();
  const stopping = new AbortController();
  let term: PipesTerm | undefined;
  let holder: string | undefined;

  const answer = (request: AwsRequest): AwsResponse | Promise<AwsResponse> => {
    if (term?.isHeld === true) return term.answer(request);
    // A request that came from a container that stands by goes no further: two could pass it to and fro.
    if (holder !== undefined && request.headers[PASSED_ON] === undefined)
      return forwarder.send(holder, { ...request, headers: { ...request.headers, [PASSED_ON]: '1' } });
    return unavailable(request, 'The pipes are changing hands; try again.');
  };
  const server = await startRoleServer({
    ...{ host: container.host, port: container.port, purpose: name, knows: frame.knows },
    waitsFor: () => (term === undefined ? (holder === undefined ? 'the lease' : undefined) : term.waitsFor),
    facts: () => (term === undefined ? { standsBy: holder } : { fence: term.fence }),
    services: { pipes: answer, tabletop: answer },
  });

  const wait = (): Promise<Lease | undefined> =>
    takeLease({
      folder: join(container.dataDir, 'leases'),
      owner: container.ownUrl,
      ttlMs: LEASE_MS,
      signal: stopping.signal,
      onHolder: (owner) => {
        if (owner !== holder) say(name, `stands by; the pipes run at ${owner}`);
        holder = owner;
      },
    });
  const running = holdTerms({
    ...{ take: wait, stopping: stopping.signal, patienceMs: PATIENCE_MS },
    begin: (lease) => {
      holder = undefined;
      say(name, `holds the lease ${lease.fence} and runs the pipes`);
      const begun = new PipesTerm(frame, lease, name);
      term = begun;
      return () => {
        if (lease.lost.aborted) say(name, `lost the lease ${lease.fence}`, 'WARN');
        term = undefined;
        return begun.stop();
      };
    },
  });
  return {
    broken: running.then(
      () => new Promise<string>(() => undefined),
      (error: unknown) => String(error),
    ),
    stop: async () => {
      stopping.abort();
      await Promise.allSettled([running, server.stop()]);
      forwarder.close();
      await link.stop();
    },
  };
};

const PASSED_ON = 'x-tabletop-passed-on';
