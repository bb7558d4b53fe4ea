/** The variables that `npm start` reads, with all mistakes told together. */
import { type RuntimeSettings } from '../../libs/topology/src/environment.js';
import { type TableBackendName } from './backend/tables.js';
import { StartError } from './start-error.js';

export interface CliSettings {
  port: number;
  awsPort: number;
  dataDir: string;
  tables: TableBackendName | undefined;
  backoffCapMs: number;
  settings: RuntimeSettings;
}

export const SETTINGS = [
  'PORT',
  'AWS_PORT',
  'DATA_DIR',
  'TABLE_BACKEND',
  'LOG_LEVEL',
  'AUTH_MODE',
  'CORS_ORIGINS',
  'RETRY_CAP_MS',
] as const;

const BACKENDS: readonly TableBackendName[] = ['dynoxide', 'dynamodb-local'];
const LEVELS: readonly RuntimeSettings['logLevel'][] = ['DEBUG', 'INFO', 'WARN', 'ERROR'];

/** @throws StartError naming each variable that cannot be used */
export function readSettings(environment: NodeJS.ProcessEnv): CliSettings {
  const mistakes: string[] = [];
  const whole = (name: string, fallback: number, most: number): number => {
    const text = environment[name] ?? '';
    if (text === '') return fallback;
    const value = Number(text);
    if (/^\d+$/.test(text) && value <= most) return value;
    mistakes.push(`${name} is "${text}"; give a whole number from 0 to ${most}`);
    return fallback;
  };
  const oneOf = <T extends string>(name: string, choices: readonly T[]): T | undefined => {
    const text = environment[name] ?? '';
    const choice = choices.find((candidate) => candidate === text);
    if (text !== '' && choice === undefined) mistakes.push(`${name} is "${text}"; choose one of ${choices.join(', ')}`);
    return choice;
  };
  const authMode = oneOf('AUTH_MODE', ['open', 'jwt']) ?? 'open';
  // A script whose variable is not set must not turn sign-in off.
  if (environment.AUTH_MODE === '')
    mistakes.push('AUTH_MODE is empty; set it to open or jwt, or leave it out for open');
  const settings: CliSettings = {
    port: whole('PORT', 4000, 65_535),
    awsPort: whole('AWS_PORT', 4566, 65_535),
    dataDir: environment.DATA_DIR || '.tabletop',
    tables: oneOf('TABLE_BACKEND', BACKENDS),
    backoffCapMs: whole('RETRY_CAP_MS', 200, 60_000),
    settings: {
      authMode,
      corsOrigins: environment.CORS_ORIGINS ?? (authMode === 'open' ? '*' : ''),
      logLevel: oneOf('LOG_LEVEL', LEVELS) ?? 'INFO',
    },
  };
  if (settings.port !== 0 && settings.port === settings.awsPort)
    mistakes.push(`PORT and AWS_PORT are both ${settings.port}; give each its own`);
  if (mistakes.length > 0) throw new StartError(mistakes.join('\n'));
  return settings;
}
