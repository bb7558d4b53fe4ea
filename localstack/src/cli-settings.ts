/** The variables that `npm start` reads, with all mistakes told together. */
import { type RuntimeSettings } from '../../libs/topology/src/environment.js';
import { type TableBackendName } from './backend/tables.js';
import { readRuntimeSettings, RUNTIME_SETTINGS } from './runtime-settings.js';
import { SettingsReader } from './settings-reader.js';

export interface CliSettings {
  port: number;
  awsPort: number;
  dataDir: string;
  tables: TableBackendName | undefined;
  backoffCapMs: number;
  settings: RuntimeSettings;
}

export const SETTINGS = ['PORT', 'AWS_PORT', 'DATA_DIR', 'TABLE_BACKEND', ...RUNTIME_SETTINGS] as const;

const BACKENDS: readonly TableBackendName[] = ['dynoxide', 'dynamodb-local'];

/** @throws StartError naming each variable that cannot be used */
export function readSettings(environment: NodeJS.ProcessEnv): CliSettings {
  const reader = new SettingsReader(environment);
  const settings: CliSettings = {
    port: reader.whole('PORT', 4000, 65_535),
    awsPort: reader.whole('AWS_PORT', 4566, 65_535),
    dataDir: reader.text('DATA_DIR', '.tabletop'),
    tables: reader.oneOf('TABLE_BACKEND', BACKENDS),
    ...readRuntimeSettings(reader, environment),
  };
  if (settings.port !== 0 && settings.port === settings.awsPort)
    reader.mistake(`PORT and AWS_PORT are both ${settings.port}; give each its own`);
  reader.assertUsable();
  return settings;
}
