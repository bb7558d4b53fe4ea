/** A stack with a user pool alone, and what the tests of the pool do with it. */
import {
  type AuthenticationResultType,
  type CognitoIdentityProviderClient,
} from '@aws-sdk/client-cognito-identity-provider';
import { expect } from 'expect';
import { createRemoteJWKSet, jwtVerify, type JWTPayload } from 'jose';
import { system } from '../../libs/topology/src/system.js';
import { userPool } from '../../libs/topology/src/user-pool.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { addPoolUser, poolClient, tokensOf } from '../fixtures/pool-client.js';
import { temporaryFolder } from '../fixtures/folder.js';

const topology = system('my-shop', { also: [userPool('people', { groups: ['admins'], attributes: ['rank'] })] });
export const UserPoolId = 'us-east-1_myshop';
export const ClientId = 'myshop';
export const ISSUER = `https://cognito-idp.us-east-1.amazonaws.com/${UserPoolId}`;
export const password = 'Secret-123';

/** The rejection of a call that is refused with this code. */
export const refused = (code: string): unknown => expect.objectContaining({ name: code });

export class PoolStack {
  readonly dataDir = temporaryFolder();
  /** How many users were made by `newUser`, named `user1` and so on. */
  made = 0;
  stack!: LocalStack;
  client!: CognitoIdentityProviderClient;

  private constructor() {}

  static async start(): Promise<PoolStack> {
    const pool = new PoolStack();
    await pool.#start();
    return pool;
  }

  async stop(): Promise<void> {
    this.client.destroy();
    await this.stack.stop();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.#start();
  }

  /** Makes a user that can sign in. */
  async newUser(groups: readonly string[] = []): Promise<string> {
    this.made += 1;
    const username = `user${this.made}`;
    await addPoolUser(this.client, UserPoolId, { username, password, groups });
    return username;
  }

  signIn(username: string, secret = password): Promise<AuthenticationResultType> {
    return tokensOf(this.client, ClientId, { username, password: secret });
  }

  /** What a token says. @throws where it is not signed by the pool's keys */
  async claimsOf(token: string | undefined): Promise<JWTPayload> {
    const keys = createRemoteJWKSet(new URL(`${this.stack.awsUrl}/${UserPoolId}/.well-known/jwks.json`));
    return (await jwtVerify(token ?? '', keys, { issuer: ISSUER })).payload;
  }

  async #start(): Promise<void> {
    this.stack = await startLocalStack({ topology, dataDir: this.dataDir });
    this.client = poolClient(this.stack.awsUrl);
  }
}
