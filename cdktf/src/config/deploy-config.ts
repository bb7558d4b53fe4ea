/** What a deployment is told beside the topology: where it goes, and what a stage may cost or must keep. */

export const STAGES = ['dev', 'staging', 'prod'] as const;
export type DeployStage = (typeof STAGES)[number];

/** Checked settings of one stage. */
export interface DeployConfig {
  readonly stage: DeployStage;
  /** Such as `us-east-1`. */
  readonly region: string;
  /** Twelve digits; credentials of any other account are refused. */
  readonly account: string;
  readonly authMode: 'open' | 'jwt';
  /** `own-key` makes one customer managed key for everything that holds data. */
  readonly encryption: 'own-key' | 'aws-owned';
}
