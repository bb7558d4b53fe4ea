/** The rules of event patterns that the vectors do not show, case by case. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import { compilePattern } from './compile.js';
import { parseEvent } from './decimal.js';

/** Patterns and events as JSON text: numbers and double keys stay as they are written. */
const cases: Record<string, readonly (readonly [pattern: string, event: string, matches: boolean])[]> = {
  'numbers compare as doubles when their literal is one': [
    ['{"a":[300]}', '{"a":3e2}', true],
    ['{"a":[3.0e2]}', '{"a":300}', true],
    ['{"a":[0.1]}', '{"a":0.10}', true],
    ['{"a":[-0]}', '{"a":0}', true],
    ['{"a":[{"numeric":["=",0]}]}', '{"a":-0.0}', true],
    ['{"a":[1]}', '{"a":1.0000001}', false],
  ],
  'a number that no double stands for equals the same literal only': [
    ['{"a":[9007199254740993]}', '{"a":9007199254740993}', true],
    ['{"a":[9007199254740993]}', '{"a":9007199254740992}', false],
    ['{"a":[9007199254740992]}', '{"a":9007199254740993}', false],
    ['{"a":[1152921504606846976]}', '{"a":1152921504606846976}', true],
    ['{"a":[1e400]}', '{"a":1e400}', true],
    ['{"a":[1e400]}', '{"a":10e399}', false],
    ['{"a":[{"numeric":[">",0]}]}', '{"a":9007199254740993}', false],
    ['{"a":[{"numeric":[">",0]}]}', '{"a":1e400}', false],
    ['{"a":[{"anything-but":5}]}', '{"a":9007199254740993}', true],
    ['{"a":[{"exists":true}]}', '{"a":9007199254740993}', true],
    ['{"a":{"toString":[{"exists":true}]}}', '{"a":9007199254740993}', false],
  ],
  'an attribute value N is a string, so numeric never matches it': [
    ['{"dynamodb":{"NewImage":{"n":{"N":[{"numeric":[">",0]}]}}}}', '{"dynamodb":{"NewImage":{"n":{"N":"5"}}}}', false],
  ],
  'keys written twice in a pattern: the last of a path wins, siblings merge': [
    ['{"a":["x"],"a":["y"]}', '{"a":"x"}', false],
    ['{"a":["x"],"a":["y"]}', '{"a":"y"}', true],
    ['{"a":{"b":["x"]},"a":{"c":["y"]}}', '{"a":{"b":"x"}}', false],
    ['{"a":{"b":["x"]},"a":{"c":["y"]}}', '{"a":{"b":"x","c":"y"}}', true],
    ['{"a.b":["x"],"a":{"b":["y"]}}', '{"a":{"b":"y"}}', true],
    ['{"a.b":["x"],"a":{"b":["y"]}}', '{"a":{"b":"x"}}', false],
  ],
  'a dotted key and a nested one are the same path, on either side': [
    ['{"a.b.c":["x"]}', '{"a":{"b":{"c":"x"}}}', true],
    ['{"a":{"b":{"c":["x"]}}}', '{"a.b":{"c":"x"}}', true],
    ['{"a":{"b":{"c":["x"]}}}', '{"a":{"b.c":"x"}}', true],
    ['{"a":{"b":{"c":["x"]}}}', '{"a.b.c":"x"}', true],
    ['{"a":{"b":["x"]}}', '{"a":{"b":"y"},"a.b":"x"}', true],
    ['{"a":{"b":[{"exists":false}]}}', '{"a.b":"x"}', false],
    ['{"a":{"b":[{"exists":false}]}}', '{"a.c":"x"}', true],
  ],
  'exists looks at values only': [
    ['{"a":[{"exists":true}]}', '{"a":null}', true],
    ['{"a":[{"exists":true}]}', '{"a":[]}', false],
    ['{"a":[{"exists":true}]}', '{"a":[{}]}', false],
    ['{"a":[{"exists":false}]}', '{"a":[1]}', false],
    ['{"a":[{"exists":false}]}', '{"a":{}}', true],
    ['{"dynamodb":{"OldImage":[{"exists":false}]}}', '{"dynamodb":{"OldImage":{"a":{"S":"x"}}}}', true],
  ],
  'exists false inside arrays is judged by element once an earlier path fixed the element': [
    ['{"a":{"b":["x"],"c":[{"exists":false}]}}', '{"a":[{"b":"x"},{"b":"y","c":1}]}', true],
    ['{"a":{"b":["x"],"c":[{"exists":false}]}}', '{"a":[{"b":"x","c":1},{"b":"y"}]}', false],
    ['{"a":{"b":[{"exists":false}],"c":["x"]}}', '{"a":[{"c":"x"},{"b":1}]}', false],
    ['{"a":{"b":[{"exists":false}],"c":["x"]}}', '{"a":[{"c":"x"},{"d":1}]}', true],
  ],
  'fields of one element belong together, also two levels down and across sibling arrays': [
    ['{"a":{"b":["x"],"c":["y"]}}', '{"a":[{"b":"x","c":"n"},{"b":"x","c":"y"}]}', true],
    ['{"a":{"b":{"c":["x"],"d":["y"]}}}', '{"a":[{"b":[{"c":"x"},{"d":"y"}]}]}', false],
    ['{"a":{"b":{"c":["x"]},"d":["y"]}}', '{"a":[{"b":[{"c":"x"}],"d":"n"},{"b":[{"c":"x"}],"d":"y"}]}', true],
    ['{"a":["x"],"b":["y"]}', '{"a":["n","x"],"b":["y","n"]}', true],
    ['{"a":["x"]}', '{"a":[["n"],["x"]]}', true],
  ],
  'anything-but needs a value, and any value of an array will do': [
    ['{"a":[{"anything-but":["x"]}]}', '{"a":[]}', false],
    ['{"a":[{"anything-but":["x"]}]}', '{"a":["x"]}', false],
    ['{"a":[{"anything-but":[1,2]}]}', '{"a":2}', false],
    ['{"a":[{"anything-but":[1,2]}]}', '{"a":"2"}', true],
    ['{"a":[{"anything-but":""}]}', '{"a":""}', false],
  ],
  'prefix, suffix and case': [
    ['{"a":[{"prefix":""}]}', '{"a":""}', true],
    ['{"a":[{"suffix":"c"}]}', '{"a":"abc"}', true],
    ['{"a":[{"suffix":"c"}]}', '{"a":"abC"}', false],
    ['{"a":[{"equals-ignore-case":"aBc"}]}', '{"a":"AbC"}', true],
    ['{"a":[{"equals-ignore-case":"abc"}]}', '{"a":"abcd"}', false],
    ['{"a":[{"equals-ignore-case":"ß"}]}', '{"a":"SS"}', true],
    ['{"a":[{"equals-ignore-case":"ß"}]}', '{"a":"ss"}', false],
    ['{"a":[{"prefix":{"equals-ignore-case":"ß."}}]}', '{"a":"SS.x"}', true],
    ['{"a":[{"prefix":{"equals-ignore-case":"ß."}}]}', '{"a":"SSx"}', false],
    ['{"a":[{"suffix":{"equals-ignore-case":"ß"}}]}', '{"a":"strass"}', false],
    ['{"a":[{"suffix":{"equals-ignore-case":"ß"}}]}', '{"a":"STRASS"}', true],
  ],
  'strings that are addresses match as addresses': [
    ['{"a":["10.0.0.1"]}', '{"a":"010.0.0.01"}', true],
    ['{"a":["10.0.0.1"]}', '{"a":"10.0.0.2"}', false],
    ['{"a":["::1"]}', '{"a":"0:0:0:0:0:0:0:1"}', true],
    ['{"a":["256.0.0.1"]}', '{"a":"256.0.0.1"}', true],
    ['{"a":["12:30"]}', '{"a":"12:30"}', true],
  ],
  '$or stands for its branches at any level, each joined with what stands beside it': [
    ['{"x":["1"],"$or":[{"a":["x"]},{"b":["y"]}]}', '{"b":"y"}', false],
    ['{"x":["1"],"$or":[{"a":["x"]},{"b":["y"]}]}', '{"x":"1","b":"y"}', true],
    ['{"$or":[{"a":["x"]},{"$or":[{"b":["y"]},{"c":["z"]}]}]}', '{"c":"z"}', true],
    ['{"$or":[{"eventName":["INSERT"]},{"eventName":["INSERT","MODIFY"]}]}', '{"eventName":"MODIFY"}', true],
    ['{"$or":["x"]}', '{"$or":"x"}', true],
  ],
  'an operator outside an array is a field name': [
    ['{"a":{"numeric":[">",5]}}', '{"a":{"numeric":5}}', true],
    ['{"a":{"numeric":[">",5]}}', '{"a":6}', false],
  ],
  'names that every JavaScript object inherits are ordinary fields': [
    ['{"constructor":[{"exists":true}]}', '{"a":1}', false],
    ['{"constructor":{"name":["Object"]}}', '{"a":1}', false],
    ['{"__proto__":{"a":["x"]}}', '{"__proto__":{"a":"x"}}', true],
    ['{"__proto__":{"__proto__":[null]}}', '{"a":1}', false],
    ['{"toString":["x"]}', '{"toString":"x"}', true],
    ['{"a":{"length":[1]}}', '{"a":"x"}', false],
  ],
  'what is not an object is no event': [
    ['{"a":[{"exists":false}]}', '[]', false],
    ['{"a":[{"exists":false}]}', 'null', false],
    ['{"a":[{"exists":false}]}', '"a"', false],
  ],
};

describe('event patterns', () => {
  for (const [title, list] of Object.entries(cases)) {
    it(title, () => {
      const wrong = list.filter(([pattern, event, matches]) => compilePattern(pattern)(parseEvent(event)) !== matches);
      expect(wrong).toEqual([]);
    });
  }

  it('does not lose itself in many lists that each match in many ways', () => {
    const fields = Array.from({ length: 8 }, (_, index) => `field${index}`);
    const pattern: Record<string, unknown> = { zzz: ['never'] };
    for (const field of fields) pattern[field] = { x: ['1'] };
    const lists: Record<string, unknown> = {};
    for (const field of fields) lists[field] = Array.from({ length: 500 }, () => ({ x: '1' }));
    expect(compilePattern(JSON.stringify(pattern))({ ...lists, zzz: ['no'] })).toBe(false);
  });

  it('survives lists nested deeper than the engine reads', () => {
    const deep = `${'['.repeat(50_000)}"x"${']'.repeat(50_000)}`;
    expect(compilePattern('{"a":["x"]}')(JSON.parse(`{"a":${deep}}`))).toBe(false);
  });
});

describe('invalid event patterns', () => {
  const invalid: readonly (readonly [pattern: string, reason: string])[] = [
    ['[]', 'Filter is not an object'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['{"a":{}}', 'Empty objects are not allowed'],
    ['{"a":[["x"]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a":[{}]}', 'Match expression name not found'],
    ['{"a":{"prefix":"x"}}', '"prefix" must be an object or an array'],
    ['{"a":[{"numeric":5}]}', 'Value of numeric must be an array.'],
    ['{"a":[{"numeric":[]}]}', 'Invalid member in numeric match: ]'],
    ['{"a":[{"numeric":[">","5"]}]}', 'Value of > must be numeric'],
    ['{"a":[{"numeric":["="]}]}', 'Value of equals must be numeric'],
    ['{"a":[{"numeric":["<",5,">",2]}]}', 'Too many elements in numeric expression'],
    ['{"a":[{"numeric":[">",2,">",5]}]}', 'Bad numeric range operator: >'],
    ['{"a":[{"numeric":[">",2,5]}]}', 'Bad value in numeric range: 5'],
    ['{"a":[{"numeric":[">",2,"<",5,6]}]}', 'Too many terms in numeric range expression'],
    ['{"a":[{"numeric":[">=",5,"<=",5]}]}', 'Bottom must be less than top'],
    ['{"a":[{"numeric":[">",9007199254740993]}]}', 'Cannot compare number : 9007199254740993'],
    ['{"a":[{"anything-but":1e400}]}', 'Cannot compare number : 1e400'],
    ['{"a":[{"anything-but":null}]}', 'Value of anything-but must be an array or single string/number value.'],
    ['{"a":[{"anything-but":[true]}]}', 'Inside anything but list, start|null|boolean is not supported.'],
    ['{"a":[{"anything-but":[{}]}]}', 'Inside anything but list, start|null|boolean is not supported.'],
    [
      '{"a":[{"anything-but":[]}]}',
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    ],
    ['{"a":[{"equals-ignore-case":["x"]}]}', 'equals-ignore-case match pattern must be a string'],
    ['{"a":[{"prefix":{"suffix":"x"}}]}', 'Unsupported prefix pattern: suffix'],
    ['{"$or":[{"a":["x"]},{"b":{"prefix":["x"]}},{"c":5}]}', 'Unrecognized match type a'],
  ];
  for (const [pattern, reason] of invalid) {
    it(`${pattern}: ${reason}`, () => expect(() => compilePattern(pattern)).toThrow(reason));
  }

  it('takes 1,000 combinations of $or and no more', () => {
    const or = (field: string, count: number): string =>
      `"${field}":{"$or":[${Array.from({ length: count }, (_, index) => `{"f${index}":["x"]}`).join(',')}]}`;
    expect(compilePattern(`{${or('a', 10)},${or('b', 10)},${or('c', 10)}}`)({ a: { f9: 'x' } })).toBe(false);
    expect(() => compilePattern(`{${or('a', 11)},${or('b', 10)},${or('c', 10)}}`)).toThrow('1000 combinations');
  });

  it('takes 256 paths and no more', () => {
    const paths = (count: number): string =>
      JSON.stringify(
        Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, [{ exists: false }]])),
      );
    expect(compilePattern(paths(256))({})).toBe(true);
    expect(() => compilePattern(paths(257))).toThrow('max value of 256');
  });
});
