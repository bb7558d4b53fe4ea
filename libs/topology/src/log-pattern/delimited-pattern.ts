/**
 * Patterns of messages whose words have places: `[ip, user, ..., status = 4*, bytes > 1000]`.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/matching-terms-unstructured-log-events.html
 */
import { numberIn } from './comparison.js';
import { type LogPattern } from './log-pattern.js';
import { LogPatternError } from './log-pattern-error.js';
import { PatternReader } from './pattern-reader.js';

interface Field {
  readonly name: string;
  readonly test: (word: string) => boolean;
}

const NAME = /[A-Za-z0-9_]*/y;
/** What stands in brackets or quotes is one word. */
const WORD = /\[([^\]]*)\]|"([^"]*)"|(\S+)/g;

/** @throws LogPatternError */
export function delimitedPattern(pattern: string): LogPattern {
  const { before, after, open } = fieldsOf(pattern);
  const fields = [...before, ...after];
  const names = fields.map(({ name }) => name).filter((name) => name !== '');
  const twice = names.find((name, at) => names.indexOf(name) !== at);
  if (twice !== undefined) throw new LogPatternError(`two fields are named ${twice}`);
  return {
    match: (message) => {
      const words = [...message.matchAll(WORD)].map(([, bracketed, quoted, bare]) => bracketed ?? quoted ?? bare ?? '');
      if (open ? words.length < fields.length : words.length !== fields.length) return undefined;
      const placed = [...words.slice(0, before.length), ...words.slice(words.length - after.length)];
      if (!fields.every(({ test }, at) => test(placed[at] ?? ''))) return undefined;
      return {
        valueOf: (selector) => {
          const word = placed[fields.findIndex(({ name }) => `$${name}` === selector)];
          return word === undefined ? undefined : (numberIn(word) ?? word);
        },
      };
    },
    selects: (selector) => names.some((name) => `$${name}` === selector),
  };
}

/** The fields before and after the ellipsis; without one, all are before. */
function fieldsOf(pattern: string): { before: Field[]; after: Field[]; open: boolean } {
  const reader = new PatternReader(pattern);
  const parts: [Field[], ...Field[][]] = [[]];
  reader.must('[');
  do {
    if (reader.takes('...')) parts.push([]);
    else parts.at(-1)?.push(fieldOf(reader));
  } while (reader.takes(','));
  reader.must(']');
  reader.end();
  const [before, after = [], ...more] = parts;
  if (more.length > 0) throw new LogPatternError('it has more than one ellipsis (...)');
  return { before, after, open: parts.length > 1 };
}

/** A name, and conditions that name it: `status = 4* && status != 403`. */
function fieldOf(reader: PatternReader): Field {
  let name: string | undefined;
  const one = (): Field['test'] => {
    const [found = ''] = reader.match(NAME) ?? [];
    name ??= found;
    if (found !== name) throw new LogPatternError(`the conditions of field ${name} name ${found || 'nothing'}`);
    return reader.match(/(?=[,\]]|$)/y) ? () => true : reader.condition();
  };
  const test = reader.alternatives(one, (how, tests) =>
    how === '&&' ? (word) => tests.every((each) => each(word)) : (word) => tests.some((each) => each(word)),
  );
  return { name: name ?? '', test };
}
