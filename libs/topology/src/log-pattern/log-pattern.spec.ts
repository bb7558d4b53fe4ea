/** Cases of https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html, and what lies between. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import * as fc from 'fast-check';
import { LogPatternError } from './log-pattern-error.js';
import { parseLogPattern } from './parse-log-pattern.js';

const TRAIL = JSON.stringify({
  eventType: 'UpdateTrail',
  sourceIPAddress: '111.111.111.111',
  arrayKey: ['value', 'another value'],
  objectList: [
    { name: 'a', id: 1 },
    { name: 'b', id: 2 },
  ],
  SomeObject: null,
  ThisFlag: true,
  latency: 612.5,
  errorCode: 400,
  'a-key_1': 'x',
});
const USERS = JSON.stringify({
  user: { id: 1, email: 'John.Stiles@example.com' },
  users: [
    { id: 2, email: 'John.Doe@example.com' },
    { id: 3, email: 'Jane.Doe@example.com' },
  ],
  actions: ['GET', 'PUT', 'DELETE'],
  coordinates: [
    [0, 1, 2],
    [4, 5, 6],
    [7, 8, 9],
  ],
});
const REQUEST = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534';

type Case = [pattern: string, message: string, matches: boolean];

const TERMS: Case[] = [
  ['', 'anything', true],
  [' ', '', true],
  ['ERROR', '[ERROR] A fatal exception has occurred', true],
  ['ERROR', 'Exiting with ERRORCODE: -1', true],
  ['ERROR', 'error: not the same case', false],
  ['ERROR Exception', '[ERROR] Caught IllegalArgumentException', true],
  ['ERROR Exception', '[ERROR] Nothing was caught', false],
  ['"Failed to process the request"', '[WARN] Failed to process the request', true],
  ['"Failed to process the request"', '[WARN] Failed to handle the request', false],
  ['Failed to process', 'process: Failed to', true],
  ['ERROR -Exiting', 'Exiting with ERRORCODE: -1', false],
  ['ERROR -"with code"', 'ERROR with code', false],
  ['ERROR -WARN', 'ERROR message', true],
  ['ERROR -WARN', 'ERROR WARN message', false],
  ['-ERROR', 'all is well', true],
  ['?ERROR ?WARN', 'ERROR message', true],
  ['?ERROR ?WARN', 'WARN message', true],
  ['?ERROR ?"WARN 4"', 'WARN 4 message', true],
  ['?ERROR ?WARN', 'INFO message', false],
  ['REQUEST ?ERROR', 'REQUEST without the other', true],
  ['?ERROR -Exiting', 'neither of them', true],
  ['"say \\"hi\\""', 'they say "hi"', true],
];

const JSONS: Case[] = [
  ['{ $.eventType = "UpdateTrail" }', TRAIL, true],
  ['{ $.eventType = UpdateTrail }', TRAIL, true],
  ['{$.eventType="UpdateTrail"}', TRAIL, true],
  ['{ $.eventType = "updatetrail" }', TRAIL, false],
  ['{ $.eventType != "UpdateTrail" }', TRAIL, false],
  ['{ $.sourceIPAddress != 123.123.* }', TRAIL, true],
  ['{ $.sourceIPAddress = 111.111.* }', TRAIL, true],
  ['{ $.arrayKey[0] = "value" }', TRAIL, true],
  ['{ $.arrayKey[1] = "value" }', TRAIL, false],
  ['{ $.eventType[0] = "U" }', TRAIL, false],
  ['{ $.objectList[1].id = 2 }', TRAIL, true],
  ['{ $.objectList[2].id = 2 }', TRAIL, false],
  ['{ $.objectList[*].id = 2 }', TRAIL, true],
  ['{ $.objectList[*].id = 3 }', TRAIL, false],
  ['{ $.SomeObject IS NULL }', TRAIL, true],
  ['{ $.SomeOtherObject IS NULL }', TRAIL, false],
  ['{ $.SomeOtherObject NOT EXISTS }', TRAIL, true],
  ['{ $.SomeObject NOT EXISTS }', TRAIL, false],
  ['{ $.toString NOT EXISTS }', TRAIL, true],
  ['{ $.ThisFlag IS TRUE }', TRAIL, true],
  ['{ $.ThisFlag IS FALSE }', TRAIL, false],
  ['{ $.eventType = *Trail }', TRAIL, true],
  ['{ $.eventType = Update* }', TRAIL, true],
  ['{ $.eventType = *dateT* }', TRAIL, true],
  ['{ $.eventType = Up*Trail }', TRAIL, false],
  ['{ $.eventType = "*" }', TRAIL, true],
  ['{ $.latency = * }', TRAIL, true],
  ['{ $.nothing = * }', TRAIL, false],
  ['{ $.a-key_1 = x }', TRAIL, true],
  ['{ $.latency >= 500 }', TRAIL, true],
  ['{ $.latency > +612.5 }', TRAIL, false],
  ['{ $.latency <= 6.125e2 }', TRAIL, true],
  ['{ $.latency < 10e-3 }', TRAIL, false],
  ['{ $.errorCode = 400 }', TRAIL, true],
  ['{ $.errorCode = 400.0 }', TRAIL, true],
  ['{ $.errorCode = "400" }', TRAIL, true],
  ['{ $.errorCode = 4* }', TRAIL, true],
  ['{ $.errorCode != 500 }', TRAIL, true],
  ['{ $.errorCode != 400 }', TRAIL, false],
  ['{ $.eventType > 5 }', TRAIL, false],
  ['{ $.users = 1 }', USERS, false],
  ['{ $.users != 1 }', USERS, false],
  ['{ $.missing != "x" }', USERS, false],
  ['{ ($.user.id = 1) && ($.users[0].email = "John.Doe@example.com") }', USERS, true],
  ['{ ($.user.id = 2 && $.users[0].email = "nonmatch") || $.actions[2] = "GET" }', USERS, false],
  [
    '{ $.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch && $.actions[2] = nomatch }',
    USERS,
    true,
  ],
  [
    '{ ($.user.email = "John.Stiles@example.com" || $.coordinates[0][1] = nonmatch) && $.actions[2] = nomatch }',
    USERS,
    false,
  ],
  ['{ $.coordinates[1][2] = 6 }', USERS, true],
  ['{ $.foo = bar || $.foo = baz }', '{"foo": "baz"}', true],
  ['{ $.foo = bar }', 'foo = bar', false],
  ['{ $.foo = bar }', '{"foo": "bar"', false],
  ['{ $.foo = bar }', '["foo", "bar"]', false],
];

const DELIMITED: Case[] = [
  ['[ip, user, username, timestamp, request, status_code, bytes]', REQUEST, true],
  ['[ip, user, username, timestamp, request, status_code]', REQUEST, false],
  ['[..., status_code, bytes]', REQUEST, true],
  ['[ip, user, ..., status_code, bytes]', REQUEST, true],
  ['[ip, user, ...]', REQUEST, true],
  ['[ip, user, username, timestamp, request, status_code, bytes > 1000]', REQUEST, true],
  ['[ip, user, username, timestamp, request, status_code, bytes > 2000]', REQUEST, false],
  ['[ip, user, username, timestamp, request, status_code = 4*, bytes]', REQUEST, true],
  ['[ip, user, username, timestamp, request = *html*, status_code = 4*, bytes]', REQUEST, true],
  ['[..., status_code = 4* && status_code != 403, bytes]', REQUEST, true],
  ['[..., status_code = 4* && status_code != 404, bytes]', REQUEST, false],
  ['[..., request=*.html*, status_code=4*,]', REQUEST, true],
  ['[ip != 10.*, ...]', REQUEST, true],
  ['[w1=ERROR, w2]', 'ERROR message', true],
  ['[w1=ERROR, w2]', 'ERROR WARN message', false],
  ['[w1=ERROR || w1=WARN, w2]', 'WARN message', true],
  ['[w1=ERROR || w1=WARN, w2]', 'INFO message', false],
  ['[a, b, ...]', 'one', false],
];

const MALFORMED: [pattern: string, message: RegExp][] = [
  ['[ERROR', /expected "]" at its end/],
  ['ERROR:', /invalid character\(s\) in term 'ERROR:'; put what is not letters/],
  ['"never closed', /invalid character\(s\) in term '"never'/],
  ['a - b', /invalid character\(s\) in term '-'/],
  ['%ERR.*%', /regular expressions \(%...%\) are not read here/],
  ['{ $.level = %ERR% }', /regular expressions/],
  ['{ }', /expected a selector such as \$\.level before "}"/],
  ['{ level = "ERROR" }', /expected a selector/],
  ['{ $level = "ERROR" }', /expected a selector/],
  ['{ $.level }', /expected one of = != <= >= < > before "}"/],
  ['{ $.level = }', /expected a number, a word, or text in double quotes before "}"/],
  ['{ $.level = me@example.com }', /expected "}" before "@example/],
  ['{ $.level = naïve }', /expected a number, a word/],
  ['{ $.level = "ERROR" && }', /expected a selector/],
  ['{ ($.level = "ERROR" }', /expected "\)"/],
  ['{ $.level = "ERROR" } x', /expected the end of the pattern before "x"/],
  ['{ $.latency > high }', /> compares numbers, and "high" is none/],
  ['{ $.a[*].b[*] = 1 }', /\[\*\] stands in \$\.a\[\*\]\.b\[\*\] more than once/],
  ['{ $.a[*]=1 || $.b[*]=1 || $.c[*]=1 || $.d[*]=1 }', /more than 3 times/],
  ['[a, ..., b, ...]', /more than one ellipsis/],
  ['[a, a]', /two fields are named a/],
  ['[a = 1 && b = 2]', /the conditions of field a name b/],
  ['[status > many]', /compares numbers/],
  ['x'.repeat(1025), /1025 characters long; at most 1024/],
];

describe('a filter pattern', () => {
  for (const [form, cases] of Object.entries({ terms: TERMS, JSON: JSONS, delimited: DELIMITED }))
    it(`of ${form} matches as CloudWatch Logs documents it`, () => {
      const wrong = cases.filter(
        ([pattern, message, matches]) => (parseLogPattern(pattern).match(message) !== undefined) !== matches,
      );
      expect(wrong).toEqual([]);
    });

  it('that is malformed is refused with the place and what was expected', () => {
    for (const [pattern, message] of MALFORMED) {
      expect(() => parseLogPattern(pattern)).toThrow(LogPatternError);
      expect(() => parseLogPattern(pattern)).toThrow(message);
    }
  });

  it('of any text is read or refused, and what is read matches any message or not, without another error', () => {
    const part = fc.constantFrom(...'{}[]()"?-%$.*=!<>&|, ab1', '$.a', ' IS NULL', ' NOT EXISTS', '...', '[*]', '&&');
    const text = fc.oneof(
      fc.string(),
      fc.array(part).map((parts) => parts.join('')),
    );
    const pattern = fc.oneof(
      text,
      text.map((inner) => `{ $.a${inner} }`),
      text.map((inner) => `[a, ${inner}]`),
    );
    fc.assert(
      fc.property(pattern, fc.oneof(text, fc.json()), (written, message) => {
        try {
          parseLogPattern(written).match(message)?.valueOf('$.a');
        } catch (error) {
          expect(error).toBeInstanceOf(LogPatternError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives the values that a metric is made of', () => {
    const json = parseLogPattern('{ $.latency = * }');
    expect(json.match(TRAIL)?.valueOf('$.latency')).toBe(612.5);
    expect(json.match(TRAIL)?.valueOf('$.objectList[1].id')).toBe(2);
    const delimited = parseLogPattern('[..., status = 4*, bytes]');
    expect(delimited.match(REQUEST)?.valueOf('$bytes')).toBe(1534);
    expect(['$.latency', '$.a[*]', '$bytes'].map((name) => json.selects(name))).toEqual([true, false, false]);
    expect(['$bytes', '$other'].map((name) => delimited.selects(name))).toEqual([true, false]);
    expect(parseLogPattern('ERROR').selects('$.latency')).toBe(false);
  });
});
