/** Reading events page by page, as CloudWatch Logs' two ways of reading do. */
import { type LogEvent } from './log-store.js';
import { LogsError } from './logs-error.js';

/** Orders as the events are ordered, and stays true when events come and go. */
const positionOf = ({ timestamp, id }: LogEvent): string => `${String(timestamp).padStart(15, '0')}.${id}`;

export interface StreamPage {
  readonly events: readonly LogEvent[];
  readonly nextForwardToken: string;
  readonly nextBackwardToken: string;
}

/**
 * A page of one stream. At either end the token stays the one that was given, by which readers know that they are there.
 * https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html
 * @throws LogsError for a token that is none
 */
export function streamPage(
  events: readonly LogEvent[],
  { limit, token, fromHead }: { limit: number; token: string | undefined; fromHead: boolean },
): StreamPage {
  const page = cut(events, limit, token, fromHead);
  const [first, last] = [page[0], page.at(-1)];
  const here = token?.slice(2) ?? '';
  return {
    events: page,
    nextForwardToken: `f/${last ? positionOf(last) : here}`,
    nextBackwardToken: `b/${first ? positionOf(first) : here}`,
  };
}

function cut(events: readonly LogEvent[], limit: number, token: string | undefined, fromHead: boolean): LogEvent[] {
  if (token === undefined) return fromHead ? events.slice(0, limit) : events.slice(-limit);
  const [, direction, place = ''] = /^([fb])\/([\d.]*)$/.exec(token) ?? [];
  if (direction === undefined) throw invalidToken();
  return direction === 'f'
    ? events.filter((event) => positionOf(event) > place).slice(0, limit)
    : events.filter((event) => positionOf(event) < place).slice(-limit);
}

/**
 * A page of a search, oldest first, and the token of the next.
 * @throws LogsError for a token that is none
 */
export function searchPage(
  events: readonly LogEvent[],
  limit: number,
  token: string | undefined,
): { events: readonly LogEvent[]; nextToken?: string } {
  const after = Buffer.from(token ?? '', 'base64url').toString();
  if (token !== undefined && !/^\d+\.\d+$/.test(after)) throw invalidToken();
  const rest = events.filter((event) => positionOf(event) > after);
  const page = rest.slice(0, limit);
  const last = page.at(-1);
  return {
    events: page,
    ...(last && rest.length > limit && { nextToken: Buffer.from(positionOf(last)).toString('base64url') }),
  };
}

/** A page of things that are listed by name. @throws LogsError for a token that is none */
export function listPage<T>(
  items: readonly T[],
  limit: number,
  token: string | undefined,
): { items: readonly T[]; nextToken?: string } {
  const from = token === undefined ? 0 : Number(Buffer.from(token, 'base64url').toString());
  if (!Number.isInteger(from) || from < 0) throw invalidToken();
  const nextToken = Buffer.from(String(from + limit)).toString('base64url');
  return { items: items.slice(from, from + limit), ...(items.length > from + limit && { nextToken }) };
}

const invalidToken = (): LogsError => new LogsError('InvalidParameterException', 'The specified nextToken is invalid.');
