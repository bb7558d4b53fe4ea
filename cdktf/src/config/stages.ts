/** The settings of each stage: edit these, then `npm run synth`. Secrets have no place here, and none is needed. */
import { type DeployConfig, type DeployStage } from './deploy-config.js';

export const stages: { readonly [S in DeployStage]: Omit<DeployConfig, 'stage'> } = {
  dev: { region: 'us-east-1', account: '000000000000', authMode: 'jwt', encryption: 'aws-owned' },
  staging: { region: 'us-east-1', account: '000000000000', authMode: 'jwt', encryption: 'own-key' },
  prod: { region: 'us-east-1', account: '000000000000', authMode: 'jwt', encryption: 'own-key' },
};
