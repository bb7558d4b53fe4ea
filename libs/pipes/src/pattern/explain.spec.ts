import { describe, it } from 'node:test';
import { expect } from 'expect';
import { explain } from './explain.js';
import { lintPipeFilters } from './pipe-filter.js';

const ORDER = JSON.stringify({
  eventName: ['INSERT'],
  dynamodb: { Keys: { SK: { S: [{ prefix: '#ORDER#' }] } }, NewImage: { total: { N: [{ exists: true }] } } },
});
const record = (eventName: string, key: string): object => ({
  eventName,
  dynamodb: { Keys: { SK: { S: key } }, NewImage: { total: { N: '5' } } },
});

describe('explaining a verdict', () => {
  it('tells field, rule and what was found for each field', () => {
    expect(explain(ORDER, record('MODIFY', '#ORDER#1'))).toEqual({
      matched: false,
      reason: 'eventName is "MODIFY", wanted "INSERT"',
      fields: [
        {
          field: 'dynamodb.Keys.SK.S',
          rule: 'a string that starts with "#ORDER#"',
          found: '"#ORDER#1"',
          matched: true,
        },
        { field: 'dynamodb.NewImage.total.N', rule: 'any value', found: '"5"', matched: true },
        { field: 'eventName', rule: '"INSERT"', found: '"MODIFY"', matched: false },
      ],
    });
  });

  it('says that every field matches', () => {
    expect(explain(ORDER, record('INSERT', '#ORDER#1'))).toMatchObject({
      matched: true,
      reason: 'every field matches',
    });
  });

  it('finds the alternative that matches among a thousand, and looks at some of them when none does', () => {
    const either = (field: string): object[] => Array.from({ length: 31 }, (_, n) => ({ [field]: [n] }));
    const pattern = JSON.stringify({ a: { $or: either('x') }, b: { $or: either('y') } });
    expect(explain(pattern, { a: { x: 30 }, b: { y: 30 } })).toMatchObject({ matched: true });
    expect(explain(pattern, { a: { x: 0 }, b: { y: 31 } })).toMatchObject({
      matched: false,
      reason: expect.stringContaining('b.y is 31') as unknown,
    });
  });

  it('names all fields that miss, and what stands where no value does', () => {
    expect(explain(ORDER, { eventName: 'REMOVE', dynamodb: { Keys: {}, NewImage: { total: { N: {} } } } }).reason).toBe(
      'dynamodb.Keys.SK.S is missing, wanted a string that starts with "#ORDER#" and ' +
        'dynamodb.NewImage.total.N is an object, wanted any value and eventName is "REMOVE", wanted "INSERT"',
    );
  });

  it('tells of the branch that came nearest', () => {
    const pattern = '{"$or":[{"a":["x"],"b":["y"]},{"c":["z"],"b":["y"]}]}';
    expect(explain(pattern, { c: 'no', b: 'y' }).reason).toBe('a is missing, wanted "x"');
    expect(explain(pattern, { a: 'x' }).reason).toBe('b is missing, wanted "y"');
  });

  it('tells when fields match only in different elements', () => {
    const pattern = '{"e":{"f":["Anna"],"l":["Jones"]}}';
    const event = { e: [{ f: 'Anna', l: 'Smith' }, { f: 'Peter', l: 'Jones' }] }; // prettier-ignore
    expect(explain(pattern, event).reason).toBe(
      'each field matches, but not in the same elements of the lists that they stand in',
    );
  });
});

describe('warnings about valid filters', () => {
  const warned: readonly (readonly [pattern: string, warning: string])[] = [
    ['{"eventSourceARN":["x"]}', 'eventSourceARN is not filterable: it never matches'],
    ['{"dynamodb":{"NewImage":{"n":{"N":[{"numeric":[">",0]}]}}}}', 'numeric never matches'],
    ['{"dynamodb":{"OldImage":[{"exists":false}]}}', 'exists false is also true of an object'],
    ['{"$or":[{"a":["x"]},{"a":["x","y"]}]}', 'AWS may lose the later one'],
  ];
  for (const [pattern, warning] of warned) {
    it(`${pattern}: ${warning}`, () => expect(lintPipeFilters([pattern]).join()).toContain(warning));
  }

  it('has none for an ordinary filter', () => expect(lintPipeFilters([ORDER])).toEqual([]));
});
