import { describe, it } from 'node:test';
import { marshall, unmarshall } from '@aws-sdk/util-dynamodb';
import { expect } from 'expect';
import fc from 'fast-check';
import { purchaseRecordSchema } from './purchase.js';

/** Names that mean something to JavaScript, to those who copy objects, or to the table. */
const name = fc.oneof(
  fc.constantFrom(
    ...Object.getOwnPropertyNames(Object.prototype),
    'toJSON',
    'then',
    'length',
    'S',
    'N',
    'M',
    'GSI1x',
    '',
  ),
  fc.string({ maxLength: 4 }),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 3 },
    fc.oneof(fc.string({ unit: 'binary' }), fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
  ),
}));

describe('what a purchase may hold', () => {
  it('comes out of the table as it went in', () => {
    let taken = 0;
    fc.assert(
      fc.property(fc.dictionary(name, value, { maxKeys: 4, noNullPrototype: true }), (sent) => {
        // As it arrives: parsed from text.
        const body: unknown = JSON.parse(JSON.stringify(sent));
        const { success, data } = purchaseRecordSchema.safeParse(body);
        if (!success) return;
        taken += 1;
        expect(unmarshall(marshall({ Record: data })).Record).toEqual(body);
      }),
      { numRuns: 2_000 },
    );
    expect(taken).toBeGreaterThan(500);
  });

  for (const field of [
    'PK',
    'SK',
    'GSI1PK',
    'GSI1SK',
    'GSI1anything',
    'Type',
    'ExpiresAt',
    'action',
    '__proto__',
    'constructor',
  ])
    it(`is no field ${field}`, () => {
      const body: unknown = JSON.parse(`{"${field}":1}`);
      expect(purchaseRecordSchema.safeParse(body).error?.issues.map(({ path }) => path)).toEqual([[field]]);
    });
});
