/** A container's own lines, for `docker compose logs`: JSON, one for each thing that passes, with the request's id. */
import { type Journal } from '../journal.js';
import { type JournalEntry } from '../journal-event.js';
import { line as terminalLine } from '../terminal.js';

/** Writes what a journal records, but what would only repeat another line. */
export function writeLines(journal: Journal, service: string): void {
  journal.subscribe((entry) => {
    const line = lineOf(entry, service);
    if (line !== undefined) process.stdout.write(`${line}\n`);
  });
}

/** Something about the container itself. */
export function say(service: string, message: string, level: 'INFO' | 'WARN' | 'ERROR' = 'INFO'): void {
  process.stdout.write(`${JSON.stringify({ level, message, service, timestamp: new Date().toISOString() })}\n`);
}

/** The same that `npm start` shows of what passes, for machines and people. */
function lineOf(entry: JournalEntry, service: string): string | undefined {
  if (entry.type === 'log') return isPipeLog(entry) ? undefined : writtenLine(entry, service);
  if (entry.type === 'stack') return json('WARN', entry.what, service, entry.at, {});
  if (isFailedCall(entry)) return json('WARN', 'aws-call', service, entry.at, fieldsOf(entry));
  if (isOwnPage(entry) || terminalLine(entry) === undefined) return undefined;
  const isAlarm = entry.type === 'alarm' && entry.to === 'ALARM';
  const isTrouble = isAlarm || 'error' in entry || TROUBLE.has(entry.type);
  return json(isTrouble ? 'WARN' : 'INFO', entry.type, service, entry.at, fieldsOf(entry));
}

/** What a function or service writes is JSON already, but for a crash, a plain `console.log`, and lines that only count. */
function writtenLine({ line, stderr, function: by, requestId, at }: LogEntry, service: string): string {
  const level = stderr === true ? 'ERROR' : 'INFO';
  const fields = objectIn(line);
  if (fields === undefined || EVERY_LINE.some((name) => !['string', 'undefined'].includes(typeof fields[name])))
    return json(level, line, service, at, { function: by, ...(requestId !== '' && { requestId }) });
  if (EVERY_LINE.every((name) => name in fields)) return line;
  return json(level, '_aws' in fields ? 'metrics' : 'log', service, at, fields);
}

type LogEntry = Extract<JournalEntry, { type: 'log' }>;

/** What a pipe writes to its log group is read by `aws logs`; here its steps tell the same. */
const isPipeLog = ({ logGroup, function: by }: LogEntry): boolean => logGroup === by;

const EVERY_LINE = ['level', 'message', 'service', 'timestamp'];

function objectIn(line: string): Record<string, unknown> | undefined {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const TROUBLE: ReadonlySet<JournalEntry['type']> = new Set(['dead-letter', 'discarded', 'throttle']);

/** The API's health is asked for every few seconds; what is wrong, those whose health it is say themselves. */
const isOwnPage = (entry: JournalEntry): boolean => entry.type === 'request' && entry.page === true;

/** A condition that does not hold is a 400, and a 404 is how a program asks whether something is there. */
const isFailedCall = (entry: JournalEntry): boolean =>
  entry.type === 'aws-call' && entry.status > 400 && entry.status !== 404;

/** A message carries the id of the request that it is about. */
function fieldsOf({ seq: _seq, at: _at, type: _type, ...fields }: JournalEntry): object {
  const { service, attributes, ...others } = fields as typeof fields & {
    service?: string;
    attributes?: Readonly<Record<string, string>>;
  };
  const { requestId } = attributes ?? {};
  return { ...others, ...(service !== undefined && { aws: service }), ...(requestId !== undefined && { requestId }) };
}

const json = (level: string, message: string, service: string, at: number, fields: object): string =>
  JSON.stringify({ level, message, service, timestamp: new Date(at).toISOString(), ...fields });
