/** One readable line for each thing that passes; undefined for what a person watching does not need. */
import { styleText } from 'node:util';
import { type JournalEntry, type MessageEvent, type QueueBatchEvent } from './journal-event.js';

const WIDTH = 9;

export function line(entry: JournalEntry): string | undefined {
  switch (entry.type) {
    case 'request': {
      const by = entry.function === undefined ? '' : `  ${entry.function}`;
      const text = `${entry.method} ${entry.path} -> ${entry.status}${by}  ${Math.round(entry.durationMs)} ms  ${entry.requestId}`;
      return labelled(entry, 'request', entry.status < 400 ? 'green' : 'yellow', text);
    }
    case 'stream-record':
      return labelled(
        entry,
        'record',
        'cyan',
        `${entry.eventName} ${keysOf(entry.keys)}  event ${short(entry.eventId)}`,
      );
    case 'filter': {
      const verdict = entry.passed ? 'passed' : 'dropped';
      return labelled(entry, 'filter', 'cyan', `${verdict} event ${short(entry.eventId)}: ${cut(entry.reason, 120)}`);
    }
    case 'pipe-step':
      return pipeStep(entry);
    case 'dead-letter':
    case 'discarded':
      return labelled(
        entry,
        'dead',
        'red',
        `${entry.pipe} gave up on ${entry.eventIds.join(', ')}: ${entry.condition} (${entry.type})`,
      );
    case 'queue-batch':
      return labelled(entry, 'queue', entry.failed.length === 0 ? 'blue' : 'red', queueBatch(entry));
    case 'message':
      return labelled(entry, entry.service, 'magenta', message(entry));
    case 'log':
      return logLine(entry);
    case 'invocation':
      return (
        entry.error &&
        labelled(
          entry,
          'function',
          'red',
          `${entry.function} failed: ${entry.error.errorType}: ${entry.error.errorMessage}`,
        )
      );
    case 'throttle':
      return labelled(
        entry,
        'function',
        'yellow',
        `${entry.function} had no free instance in time  ${entry.requestId}`,
      );
    case 'alarm':
      // At its first look an alarm finds out that nothing is wrong, which nobody waits for.
      return entry.from === 'INSUFFICIENT_DATA' && entry.to === 'OK'
        ? undefined
        : labelled(entry, 'alarm', ALARM_COLOURS[entry.to], `${entry.alarm} is ${entry.to}: ${cut(entry.reason, 120)}`);
    case 'stack':
      return labelled(entry, 'stack', 'yellow', entry.what);
    case 'aws-call':
      return entry.fault === undefined
        ? undefined
        : labelled(entry, 'fault', 'yellow', `${entry.operation} answered with ${entry.fault}`);
  }
}

const ALARM_COLOURS = { ALARM: 'red', OK: 'green', INSUFFICIENT_DATA: 'yellow' } as const;

type Colour = Parameters<typeof styleText>[0];

function labelled({ at }: { at: number }, label: string, colour: Colour, text: string): string {
  const time = new Date(at).toISOString().slice(11, 23);
  return `${styleText('dim', time)} ${styleText(colour, label.padEnd(WIDTH))} ${printable(text)}`;
}

/** Enough of an id to follow it down the screen; the journal has all of it. */
const short = (id: string): string => id.slice(0, 8);

const cut = (text: string, length: number): string => (text.length > length ? `${text.slice(0, length)}...` : text);

/** What users send may hold control characters; a terminal would obey them. */
const printable = (text: string): string => text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '\u00b7');

function pipeStep(entry: Extract<JournalEntry, { type: 'pipe-step' }>): string | undefined {
  const { pipe, step, eventIds, error } = entry;
  const count = `${eventIds.length} record${eventIds.length === 1 ? '' : 's'}`;
  if (step === 'EXECUTION_SUCCEEDED') return labelled(entry, 'pipe', 'blue', `${pipe} delivered ${count}`);
  if (step === 'EXECUTION_FAILED' || step === 'EXECUTION_PARTIALLY_FAILED')
    return labelled(entry, 'pipe', 'red', `${pipe} ${step} for ${count}${error === undefined ? '' : `: ${error}`}`);
  return undefined;
}

function queueBatch({ consumer, messageIds, failed, givenUp }: QueueBatchEvent): string {
  const lost = givenUp?.messageIds.length ?? 0;
  const back = failed.length - lost;
  return [
    `${consumer} handled ${messageIds.length} message${messageIds.length === 1 ? '' : 's'}`,
    ...(back === 0 ? [] : [`${back} failed and ${back === 1 ? 'goes' : 'go'} back`]),
    ...(givenUp === undefined
      ? []
      : [`${lost} failed for the last time and ${lost === 1 ? 'goes' : 'go'} to ${givenUp.to}`]),
  ].join(', ');
}

function message({ to, subject, body, messageId }: MessageEvent): string {
  const text = subject ?? cut(body, 100);
  return `${to}: ${text}  message ${messageId}`;
}

/** Of JSON lines only errors belong on a screen that shows the flow; what a function prints as plain text is for people. */
function logLine(entry: Extract<JournalEntry, { type: 'log' }>): string | undefined {
  const isJson = entry.line.startsWith('{');
  if (isJson && !/"level":"(ERROR|CRITICAL)"/.test(entry.line)) return undefined;
  return labelled(entry, 'log', isJson ? 'red' : 'dim', `${entry.function}: ${entry.line.slice(0, 500)}`);
}

/** `PK=CUSTOMER#john SK=#ORDER#2f...` */
const keysOf = (keys: Record<string, unknown>): string =>
  Object.entries(keys)
    .map(([name, value]) => `${name}=${Object.values(value as Record<string, string>).join()}`)
    .sort()
    .join(' ');
