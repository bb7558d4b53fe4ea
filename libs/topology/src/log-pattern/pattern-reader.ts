/** Reads the text of a pattern from left to right. */
import { comparison, OPERATORS, type ValueTest } from './comparison.js';
import { LogPatternError } from './log-pattern-error.js';

const WORD = /[^\s"(){}[\]&|=!<>,@$\\]+/y;
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;

export class PatternReader {
  private at = 0;

  constructor(private readonly text: string) {}

  /** Takes a text when it comes next, after spaces. */
  takes(token: string): boolean {
    this.skipSpaces();
    if (!this.text.startsWith(token, this.at)) return false;
    this.at += token.length;
    return true;
  }

  /** Takes what a sticky expression matches next, after spaces. */
  match(expression: RegExp): RegExpExecArray | undefined {
    this.skipSpaces();
    expression.lastIndex = this.at;
    const found = expression.exec(this.text) ?? undefined;
    if (found) this.at = expression.lastIndex;
    return found;
  }

  /** @throws LogPatternError unless the text comes next */
  must(token: string): void {
    if (!this.takes(token)) throw this.expected(`"${token}"`);
  }

  /** An operator and what to compare with. @throws LogPatternError */
  condition(): ValueTest {
    const operator = OPERATORS.find((candidate) => this.takes(candidate));
    if (operator === undefined) throw this.expected(`one of ${OPERATORS.join(' ')}`);
    const quoted = this.match(QUOTED)?.[1];
    if (quoted !== undefined) return comparison(operator, quoted.replaceAll(/\\(.)/g, '$1'), true);
    this.skipSpaces();
    if (this.text[this.at] === '%')
      throw new LogPatternError('regular expressions (%...%) are not read here; use wildcards');
    const [word] = this.match(WORD) ?? [];
    if (word === undefined || !/^[\x21-\x7e]+$/.test(word))
      throw this.expected('a number, a word, or text in double quotes');
    return comparison(operator, word, false);
  }

  /** `||` of `&&` of what `one` reads: the order of operations is () before && before ||. */
  alternatives<T>(one: () => T, join: (how: '&&' | '||', parts: readonly T[]) => T): T {
    const joined = (how: '&&' | '||', part: () => T): T => {
      const parts = [part()];
      while (this.takes(how)) parts.push(part());
      const [only] = parts;
      return parts.length === 1 && only !== undefined ? only : join(how, parts);
    };
    return joined('||', () => joined('&&', one));
  }

  /** @throws LogPatternError unless all is read */
  end(): void {
    this.skipSpaces();
    if (this.at < this.text.length) throw this.expected('the end of the pattern');
  }

  /** The error of finding something else at the present place. */
  expected(what: string): LogPatternError {
    const found = this.text.slice(this.at, this.at + 20);
    return new LogPatternError(`expected ${what} ${found === '' ? 'at its end' : `before "${found}"`}`);
  }

  private skipSpaces(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
  }
}
