/** Verifying a token whose issuer's keys are known, as each request in jwt mode has it done. */
import { TokenVerifier } from '../libs/shared/src/auth/token-verifier.js';
import { idClaims, signed } from '../test/fixtures/token.js';
import { startPool } from '../test/fixtures/user-pool.js';
import { heading, percentile, report } from './measure.js';

const TOKENS = 100;
const WARM_UP = 2_000;
const SAMPLES = 10_000;

export async function benchTokens(): Promise<void> {
  heading(`Verification of an ID token (${SAMPLES}, one after the other, ${TOKENS} users)`);
  const pool = await startPool();
  const key = await pool.key();
  const headers = await Promise.all(
    Array.from({ length: TOKENS }, async (_, n) => `Bearer ${await signed(key, idClaims(pool.tokens, `user${n}`))}`),
  );
  const verifier = new TokenVerifier(pool.tokens);
  const first = performance.now();
  await verifier.verify(headers[0]);
  const cold = performance.now() - first;
  const samples: number[] = [];
  for (let n = 0; n < WARM_UP + SAMPLES; n++) {
    const started = performance.now();
    await verifier.verify(headers[n % TOKENS]);
    if (n >= WARM_UP) samples.push((performance.now() - started) * 1000);
  }
  report('p50 warm', `${percentile(samples, 0.5).toFixed(0)} us`, '<= 150 us');
  report('p99 warm', `${percentile(samples, 0.99).toFixed(0)} us`);
  report('the first, with the library and the keys', `${cold.toFixed(0)} ms`);
  await pool.stop();
}
