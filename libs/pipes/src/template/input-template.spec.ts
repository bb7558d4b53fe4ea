/** Catalogue b20, 38: what an input template makes of an event. */
import { describe, it } from 'node:test';
import { expect } from 'expect';
import fc from 'fast-check';
import { compileTemplate } from './input-template.js';
import { type TemplateContext } from './variable.js';

const context: TemplateContext = {
  pipeArn: 'arn:aws:pipes:us-east-1:000000000000:pipe/orders',
  pipeName: 'orders',
  sourceArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/t/stream/s',
  enrichmentArn: undefined,
  targetArn: 'arn:aws:lambda:us-east-1:000000000000:function:worker',
  ingestionTime: '2026-03-08T12:00:00.000Z',
};

const event = {
  eventName: 'INSERT',
  dynamodb: {
    ApproximateCreationDateTime: 1_772_971_200,
    Keys: { PK: { S: 'CUSTOMER#john' } },
    NewImage: { Items: { L: [{ S: 'pen' }, { S: 'ink' }] }, 'a/b-c_d': { BOOL: true }, Note: { NULL: null } },
  },
  list: [],
};

const render = (template: string, given: unknown = event, change: Partial<TemplateContext> = {}): string =>
  compileTemplate(template).render(given, { ...context, ...change }).text;

const KEYS = '{"PK":{"S":"CUSTOMER#john"}}';

const title =
  '38 template: string auto-quoted, object inserted, object inside string loses quotes, missing path, array index, every reserved variable';

describe(title, () => {
  const cases: readonly (readonly [title: string, template: string, result: string])[] = [
    ['a string as value gets its quotes', '{"name": <$.eventName>}', '{"name": "INSERT"}'],
    ['quotes that the author wrote stay alone', '{"name": "<$.eventName>"}', '{"name": "INSERT"}'],
    ['a string in a string is inserted', '{"name": "it is <$.eventName>!"}', '{"name": "it is INSERT!"}'],
    ['an object is inserted', '{"keys": <$.dynamodb.Keys>}', `{"keys": ${KEYS}}`],
    ['an array is inserted', '{"items":<$.dynamodb.NewImage.Items.L>}', '{"items":[{"S":"pen"},{"S":"ink"}]}'],
    ['an element of a list is a value', '[ <$.eventName>, <$.dynamodb.Keys> ]', `[ "INSERT", ${KEYS} ]`],
    ['an object in a string loses its quotes', '{"keys": "<$.dynamodb.Keys>"}', '{"keys": "{PK:{S:CUSTOMER#john}}"}'],
    ['a number is inserted bare', '{"at":<$.dynamodb.ApproximateCreationDateTime>}', '{"at":1772971200}'],
    ['a boolean is inserted bare', '{"is":<$.dynamodb.NewImage.a/b-c_d.BOOL>}', '{"is":true}'],
    ['null is a value', '{"is":<$.dynamodb.NewImage.Note.NULL>}', '{"is":null}'],
    ['an index reads an array', '{"second":<$.dynamodb.NewImage.Items.L[1].S>}', '{"second":"ink"}'],
    ['an index past the end is missing', '{"x":<$.dynamodb.NewImage.Items.L[2].S>}', '{}'],
    ['a star reads every element', '{"all":<$.dynamodb.NewImage.Items.L[*].S>}', '{"all":["pen","ink"]}'],
    ['a star in an empty list finds an empty list', '{"all":<$.list[*].S>}', '{"all":[]}'],
    ['a star without a list is missing', '{"all":<$.none[*].S>}', '{}'],
    ['a missing path in a string is empty', '{"a": "<$.none>", "b": "x<$.none>y"}', '{"a": "", "b": "xy"}'],
    ['a missing first value takes its key along', '{"a": <$.none>, "b": 2}', '{ "b": 2}'],
    ['a missing last value takes its key along', '{"a": 1, "b": <$.none>}', '{"a": 1 }'],
    ['all values missing leave an empty object', '{"a":<$.x>,"b":<$.y>,"c":<$.z>}', '{}'],
    ['a missing element takes its comma along', '[<$.x>, 1, <$.y>, 2, <$.z>]', '[ 1,  2 ]'],
    ['a missing value inside takes only its own key', '{"o":{"a":<$.x>},"b":1}', '{"o":{},"b":1}'],
    ['the key may hold a variable', '{"<$.eventName>":<$.none>,"b":1}', '{"b":1}'],
    ['a length is no field of a list', '{"n":<$.list.length>}', '{}'],
    ['a prototype is no field', '{"n":<$.__proto__>,"m":<$.dynamodb.toString>}', '{}'],
    ['the whole event', '{"e":<aws.pipes.event>}', `{"e":${JSON.stringify(event)}}`],
    ['the whole event as JSON, also alone', '<aws.pipes.event.json>', JSON.stringify(event)],
    ['the pipe', '[<aws.pipes.pipe-arn>,<aws.pipes.pipe-name>]', `["${context.pipeArn}","orders"]`],
    [
      'source and target',
      '[<aws.pipes.source-arn>,<aws.pipes.target-arn>]',
      `["${context.sourceArn}","${context.targetArn}"]`,
    ],
    ['the time', '{"at": <aws.pipes.event.ingestion-time>}', '{"at": "2026-03-08T12:00:00.000Z"}'],
    ['no enrichment has no ARN', '{"by": <aws.pipes.enrichment-arn>}', '{}'],
    ['free text', 'Order of <$.dynamodb.Keys.PK.S>', 'Order of CUSTOMER#john'],
    ['a quoted text keeps its quotes', '"Hello, <$.eventName>"', '"Hello, INSERT"'],
    ['a single path to a string is its text', '<$.eventName>', 'INSERT'],
    ['a single path to an object is text without quotes', '<$.dynamodb.Keys>', '{PK:{S:CUSTOMER#john}}'],
    ['what is no variable stays', '{"a": "1 < 2 > 1 <b> \\"<$.eventName>\\""}', '{"a": "1 < 2 > 1 <b> \\"INSERT\\""}'],
  ];
  for (const [name, template, result] of cases) {
    it(name, () => expect(render(template)).toBe(result));
  }

  it('the enrichment', () => {
    expect(render('[<aws.pipes.enrichment-arn>]', event, { enrichmentArn: 'arn:enricher' })).toBe('["arn:enricher"]');
  });

  it('a text event has no JSON', () => {
    expect(render('{"json":<aws.pipes.event.json>,"text":<aws.pipes.event>}', 'plain "text"')).toBe(
      '{"text":"plain \\"text\\""}',
    );
  });
});

describe('an input template', () => {
  it('escapes a string that stands as value and nothing that stands in a string, as AWS says', () => {
    const given = { note: 'say "hi"\n' };
    expect(render('{"note":<$.note>}', given)).toBe('{"note":"say \\"hi\\"\\n"}');
    expect(render('{"note":"<$.note>"}', given)).toBe('{"note":"say "hi"\n"}');
  });

  it('tells what it can never find and what an event lacks', () => {
    const template = compileTemplate('{"a":<$.list[?(@.b)]>,"b":<aws.pipes.event-id>,"c":<$.none>,"d":<$.eventName>}');
    expect(template.unknown).toEqual(['$.list[?(@.b)]', 'aws.pipes.event-id']);
    expect(template.render(event, context)).toEqual({
      text: '{"d":"INSERT"}',
      missing: ['$.list[?(@.b)]', 'aws.pipes.event-id', '$.none'],
    });
  });

  const words = [
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '\\',
    ' ',
    'a',
    '<$.a>',
    '<$.a.b[0]>',
    '<$.a[*].b>',
    '<aws.pipes.event>',
  ];
  const anyTemplate = fc.array(fc.constantFrom(...words, '<aws.pipes.event.json>', '<', '$'), { maxLength: 30 });

  it('never throws on any JSON event', () => {
    fc.assert(
      fc.property(anyTemplate, fc.jsonValue(), (parts, given) => {
        expect(typeof render(parts.join(''), given)).toBe('string');
      }),
      { numRuns: 2_000 },
    );
  });

  it('is JSON for any JSON event when only values are variables', () => {
    const value = fc.constantFrom('<$.a>', '<$.a.b>', '<$.a[0]>', '<aws.pipes.event>', '<$.a[*]>', '"x"', '1');
    const inner = fc.array(value, { maxLength: 5 });
    fc.assert(
      fc.property(inner, fc.oneof(fc.jsonValue(), fc.record({ a: fc.jsonValue() })), (values, given) => {
        const members = values.map((text, index) => `"k${index}": ${text}`);
        expect(() => JSON.parse(render(`{${members.join(', ')}}`, given)) as unknown).not.toThrow();
        expect(() => JSON.parse(render(`[${values.join(' ,')}]`, given)) as unknown).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });
});
