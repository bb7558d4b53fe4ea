/** `npm run bench [-- name...]`: each figure the issues ask for, measured side by side in one run. */
import { benchIdle } from './idle.js';
import { benchLatency } from './latency.js';
import { benchGrowth } from './growth.js';
import { benchMatcher } from './matcher.js';
import { benchPipes } from './pipes.js';
import { benchShop } from './shop.js';
import { benchStartUp } from './start-up.js';
import { benchThroughput } from './throughput.js';
import { benchTokens } from './tokens.js';

const BENCHES: Readonly<Record<string, () => Promise<void>>> = {
  'start-up': benchStartUp,
  latency: benchLatency,
  idle: benchIdle,
  matcher: benchMatcher,
  throughput: benchThroughput,
  growth: benchGrowth,
  shop: benchShop,
  pipes: benchPipes,
  tokens: benchTokens,
};

// A program that exits takes its stack's processes along; one that a signal ends does not.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(1));

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  process.stderr.write(`No bench ${unknown.join(', ')}; there are ${Object.keys(BENCHES).join(', ')}.\n`);
  process.exit(1);
}
for (const [name, bench] of Object.entries(BENCHES)) if (wanted.length === 0 || wanted.includes(name)) await bench();
