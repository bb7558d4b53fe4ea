/** The stacks as they are written, line by line: a change of the topology shows here what it changes on AWS. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { PROD, synthesize, type Blocks, type StackJson } from '../terraform/synthesis.js';

/** Set to write the snapshots anew. */
const WRITES = process.env.WRITE_SNAPSHOTS === '1';

/** One line a block, so that a difference names what it is of. */
function linesOf({ data = {}, resource = {}, output = {} }: StackJson): string {
  const blocks = (kind: string, types: Blocks): string[] =>
    Object.entries(types).flatMap(([type, named]) =>
      Object.entries(named).map(
        ([name, { '//': _, ...attributes }]) => `${kind}${type}.${name} ${JSON.stringify(attributes)}`,
      ),
    );
  const outputs = Object.entries(output).map(([name, { value }]) => `output.${name} ${JSON.stringify(value)}`);
  return `${[...blocks('data.', data), ...blocks('', resource), ...outputs].join('\n')}\n`;
}

describe('the written stacks', () => {
  for (const stack of ['service', 'pipeline', 'state'])
    it(`are those of the snapshot: ${stack}`, async () => {
      const synthesis = await synthesize(PROD);
      try {
        const lines = linesOf(await synthesis.jsonOf(stack));
        const file = `cdktf/test/snapshot/${stack}.txt`;
        if (WRITES) writeFileSync(file, lines);
        expect(existsSync(file)).toBe(true);
        // Compared as lists, so that a failure shows the lines that differ.
        expect(lines.split('\n')).toEqual(readFileSync(file, 'utf8').split('\n'));
      } finally {
        await synthesis.remove();
      }
    });
});
