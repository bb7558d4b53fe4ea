/** The variables that decide for the runtime as a whole, the same in every local runtime. */
import { areOrigins, CORS_ORIGINS_FORM, originsIn } from '../../libs/shared/src/cors-origins.js';
import { type RuntimeSettings } from '../../libs/topology/src/environment.js';
import { type SettingsReader } from './settings-reader.js';

export const RUNTIME_SETTINGS = ['AUTH_MODE', 'CORS_ORIGINS', 'LOG_LEVEL', 'RETRY_CAP_MS'] as const;

const LEVELS: readonly RuntimeSettings['logLevel'][] = ['DEBUG', 'INFO', 'WARN', 'ERROR'];

export function readRuntimeSettings(
  reader: SettingsReader,
  environment: NodeJS.ProcessEnv,
): { settings: RuntimeSettings; backoffCapMs: number } {
  const authMode = reader.oneOf('AUTH_MODE', ['open', 'jwt']) ?? 'open';
  // A script whose variable is not set must not turn sign-in off.
  if (environment.AUTH_MODE === '')
    reader.mistake('AUTH_MODE is empty; set it to open or jwt, or leave it out for open');
  const corsOrigins = environment.CORS_ORIGINS ?? (authMode === 'open' ? '*' : '');
  if (!areOrigins(corsOrigins)) reader.mistake(`CORS_ORIGINS is "${corsOrigins}"; give ${CORS_ORIGINS_FORM}`);
  return {
    settings: {
      authMode,
      corsOrigins: originsIn(corsOrigins).join(','),
      logLevel: reader.oneOf('LOG_LEVEL', LEVELS) ?? 'INFO',
    },
    backoffCapMs: reader.whole('RETRY_CAP_MS', 200, 60_000),
  };
}
