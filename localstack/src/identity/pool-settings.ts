/** A user pool as the local stack runs it: what was declared, and where it is kept. */
import { type PasswordPolicy } from '../../../libs/topology/src/model.js';
import { ACCOUNT, REGION } from '../account.js';

export interface PoolSettings {
  readonly id: string;
  /** The physical name. */
  readonly name: string;
  readonly clientId: string;
  readonly issuer: string;
  /** Holds its key, its groups and its users. */
  readonly folder: string;
  readonly groups: readonly string[];
  /** Declared ones, without `custom:`. */
  readonly attributes: readonly string[];
  readonly passwordPolicy: PasswordPolicy;
  /** Seconds. */
  readonly tokenValidity: number;
  readonly refreshValidity: number;
}

/** Letters and digits are all that Cognito takes there. */
const compact = (system: string): string => system.replaceAll(/[^a-z0-9]/g, '');

/** A system has one pool at most, so its name is enough; `us-east-1_tabletop`. */
export const userPoolId = (system: string): string => `${REGION}_${compact(system)}`;
export const userPoolClientId = (system: string): string => compact(system);
export const userPoolArn = (id: string): string => `arn:aws:cognito-idp:${REGION}:${ACCOUNT}:userpool/${id}`;

/** As AWS writes it: a token of yesterday's stack has today's issuer, whatever port the endpoint listens on. */
export const issuerOf = (id: string): string => `https://cognito-idp.${REGION}.amazonaws.com/${id}`;

/** Where the keys of a pool are read. */
export const jwksUri = (endpoint: string, id: string): string => `${endpoint}/${id}/.well-known/jwks.json`;
