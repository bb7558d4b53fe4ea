/** The settings of a stage, from config/stages.ts or from a JSON file that stands for it. */
import { readFileSync } from 'node:fs';
import { DeployConfigError, readDeployConfig, STAGES_FILE, type Settings } from '../config/deploy-config.js';
import { stages } from '../config/stages.js';

/**
 * @param own a JSON file that stands for config/stages.ts
 * @throws DeployConfigError
 */
export const readSettings = (stage: string, own: string | undefined): Settings =>
  own === undefined
    ? { config: readDeployConfig(stage, stages), file: STAGES_FILE, isFromFile: false }
    : { config: readDeployConfig(stage, readStages(stage, own), own), file: own, isFromFile: true };

function readStages(stage: string, file: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Record<string, unknown>;
    throw new Error('it holds no object');
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DeployConfigError(stage, [
      `settings ${file} cannot be read (${why}); give a JSON file such as {"dev": {"region": "us-east-1", "account": "..."}}`,
    ]);
  }
}
