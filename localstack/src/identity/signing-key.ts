/** The key that a pool signs its tokens with: made once, kept in the data folder. */
import { existsSync } from 'node:fs';
import { mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { calculateJwkThumbprint, exportJWK, generateKeyPair, importJWK, type CryptoKey, type JWK } from 'jose';
import { replaceFile } from '../../../libs/pipes/src/atomic-file.js';

export const ALGORITHM = 'RS256';

export interface SigningKey {
  readonly kid: string;
  readonly privateKey: CryptoKey;
  /** As the pool publishes it. */
  readonly publicJwk: JWK;
}

/** The key in a file; a new one where there is none. */
export async function signingKey(file: string): Promise<SigningKey> {
  if (!existsSync(file)) {
    const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await replaceFile(file, JSON.stringify(await exportJWK(privateKey)));
  }
  const jwk = JSON.parse(await readFile(file, 'utf8')) as JWK;
  const kid = await calculateJwkThumbprint(jwk);
  const { kty, n, e } = jwk;
  return {
    kid,
    privateKey: (await importJWK(jwk, ALGORITHM)) as CryptoKey,
    publicJwk: { alg: ALGORITHM, e, kid, kty, n, use: 'sig' },
  };
}
