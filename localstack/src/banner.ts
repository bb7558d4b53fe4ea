/** The one screen that a start prints. */
import { styleText } from 'node:util';
import { type RuntimeSettings } from '../../libs/topology/src/environment.js';
import { type Kind } from '../../libs/topology/src/model.js';
import { protections } from '../../libs/topology/src/mark.js';
import { type LocalStack } from './local-stack.js';

export interface BannerFacts {
  stack: LocalStack;
  authMode: RuntimeSettings['authMode'];
  backoffCapMs: number;
  /** Until everything was ready. */
  startMs: number;
  /** Requests to try, ready to paste. */
  tryOut: readonly string[];
}

const AUTH: Readonly<Record<RuntimeSettings['authMode'], string>> = {
  open: 'open (no sign-in; AWS stages ask for tokens)',
  jwt: 'jwt (send the ID token of a sign-in as Authorization: Bearer)',
};

export function banner({ stack, authMode, backoffCapMs, startMs, tryOut }: BannerFacts): string {
  const rows: [string, string][] = [
    ['API', stack.apiUrl ?? 'none'],
    ['Swagger', stack.apiUrl === undefined ? 'none' : `${stack.apiUrl}/docs`],
    ['AWS endpoint', stack.awsUrl],
    ['Auth', AUTH[authMode]],
    ['Data', `${stack.dataDir} (${stack.backend}, fauxqs); npm start -- --fresh empties it`],
    ['Retries', `pipes pause at most ${backoffCapMs} ms between tries; AWS up to a minute`],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return [
    '',
    styleText('bold', `Tabletop is running (ready in ${(startMs / 1000).toFixed(1)} s; Ctrl-C stops it)`),
    '',
    ...rows.map(([name, value]) => `  ${name.padEnd(width)}  ${value}`),
    '',
    ...resourceLines(stack),
    '',
    'Try it:',
    ...tryOut.map((request) => `  ${request}`),
    '',
  ].join('\n');
}

/** What watches the others is only counted: there is a lot of it. */
const COUNTED: readonly Kind[] = ['metric-filter', 'alarm'];

/** `created  table data, queue order-events-dead`, one line for each way a resource came to be. */
function resourceLines({ resources }: LocalStack): string[] {
  const origins = [...new Set(resources.map(({ origin }) => origin))].sort();
  const lines = origins.map((origin) => {
    const made = resources.filter((each) => each.origin === origin).map(({ resource }) => resource);
    const names = [...new Set(made.map(({ kind }) => kind))].flatMap((kind) => {
      const ofKind = made.filter((resource) => resource.kind === kind);
      return COUNTED.includes(kind) ? [`${ofKind.length} ${kind}s`] : ofKind.map(({ name }) => `${kind} ${name}`);
    });
    return `  ${origin.padEnd('AWS only'.length)}  ${names.join(', ')}`;
  });
  const kinds = [...new Set(resources.map(({ resource }) => resource.kind))];
  const onAwsOnly = [...new Set(kinds.flatMap((kind) => protections(kind)))];
  return [...lines, `  AWS only  ${onAwsOnly.join(', ')}`];
}
