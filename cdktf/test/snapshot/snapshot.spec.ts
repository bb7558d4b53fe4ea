/** The stacks as they are written, line by line: a change of the topology shows here what it changes on AWS. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { topology } from '../../../libs/topology/src/topology.js';
import { moves } from '../../src/config/moves.js';
import { DEV, PROD, synthesize, type Blocks, type StackJson } from '../terraform/synthesis.js';
import { mustBeSnapshot } from './changed-lines.js';

/** Set to write the snapshots anew. */
const WRITES = process.env.WRITE_SNAPSHOTS === '1';

/** One line a block, so that a difference names what it is of. */
function linesOf({
  terraform = {},
  provider = {},
  data = {},
  resource = {},
  moved = [],
  output = {},
}: StackJson): string {
  const settings = Object.entries(terraform).map(([name, value]) => `terraform.${name} ${JSON.stringify(value)}`);
  const providers = Object.entries(provider).map(([name, value]) => `provider.${name} ${JSON.stringify(value)}`);
  const moves = moved.map((move) => `moved ${JSON.stringify(move)}`);
  const blocks = (kind: string, types: Blocks): string[] =>
    Object.entries(types).flatMap(([type, named]) =>
      Object.entries(named).map(
        ([name, { '//': _, ...attributes }]) => `${kind}${type}.${name} ${JSON.stringify(attributes)}`,
      ),
    );
  const outputs = Object.entries(output).map(([name, { value }]) => `output.${name} ${JSON.stringify(value)}`);
  const lines = [...settings, ...providers, ...blocks('data.', data), ...blocks('', resource), ...moves, ...outputs];
  return `${lines.join('\n')}\n`;
}

describe('the written stacks', () => {
  const snapshots = [
    ...['service', 'pipeline', 'state'].map((stack) => [PROD, stack, stack] as const),
    ...['service', 'state'].map((stack) => [DEV, stack, `dev-${stack}`] as const),
  ];
  for (const [config, stack, name] of snapshots)
    it(`are those of the snapshot: ${config.stage}, ${stack}`, async () => {
      // As it is deployed: with its state in the bucket.
      const synthesis = await synthesize(config, topology, moves, 'bucket');
      try {
        const lines = linesOf(await synthesis.jsonOf(stack));
        const file = `cdktf/test/snapshot/${name}.txt`;
        if (WRITES) writeFileSync(file, lines);
        mustBeSnapshot(file, existsSync(file) ? readFileSync(file, 'utf8') : undefined, lines);
      } finally {
        await synthesis.remove();
      }
    });
});
