/**
 * The settings of each stage: edit these, then `npm run synth`. What may be set is in deploy-config.ts beside this.
 * Secrets have no place here, and none is needed: credentials are those of the shell.
 */
import { type DeployStage, type StageSettings } from './deploy-config.js';

export const stages: { readonly [S in DeployStage]: StageSettings } = {
  dev: { region: 'us-east-1', account: '000000000000' },
  staging: {
    region: 'us-east-1',
    account: '000000000000',
    encryption: 'own-key',
    logRetention: 30,
  },
  prod: {
    region: 'us-east-1',
    account: '000000000000',
    encryption: 'own-key',
    alarmEmail: 'alarms@example.com',
    logRetention: 400,
    throttling: { rate: 500, burst: 1000 },
    pipeline: {
      connectionArn: 'arn:aws:codeconnections:us-east-1:000000000000:connection/00000000-0000-0000-0000-000000000000',
      repository: 'example/tabletop',
      branch: 'main',
    },
  },
};
