/** Patterns of terms, for messages of any form: `ERROR`, `?WARN`, `-Exiting`, `"exact phrase"`. */
import { type LogMatch, type LogPattern } from './log-pattern.js';
import { LogPatternError } from './log-pattern-error.js';

const TERM = /\s*(?<sign>[?-]?)(?:"(?<phrase>(?:[^"\\]|\\.)*)"|(?<word>[A-Za-z0-9_]+))(?=\s|$)/y;

/** What matches holds nothing but its words. */
const MATCH: LogMatch = { valueOf: () => undefined };

/** @throws LogPatternError */
export function termPattern(pattern: string): LogPattern {
  const terms: Record<'?' | '-' | '', string[]> = { '?': [], '-': [], '': [] };
  TERM.lastIndex = 0;
  while (TERM.lastIndex < pattern.length) {
    const from = TERM.lastIndex;
    const { sign, phrase, word } = TERM.exec(pattern)?.groups ?? {};
    const term = word ?? phrase?.replaceAll(/\\(.)/g, '$1');
    if (term === undefined) throw unreadable(pattern.slice(from).trim());
    terms[sign as '?' | '-' | ''].push(term);
  }
  const { '': included, '-': excluded, '?': optional } = terms;
  // Beside terms of another kind, AWS says, optional ones are ignored.
  const standsAlone = included.length === 0 && excluded.length === 0 && optional.length > 0;
  return {
    match: (message) => {
      const has = (term: string): boolean => message.includes(term);
      const matches = standsAlone ? optional.some(has) : included.every(has) && !excluded.some(has);
      return matches ? MATCH : undefined;
    },
    selects: () => false,
  };
}

function unreadable(rest: string): LogPatternError {
  if (/^[?-]?%/.test(rest))
    return new LogPatternError('regular expressions (%...%) are not read here; use terms or wildcards');
  const [term = ''] = rest.split(/\s/);
  return new LogPatternError(
    `invalid character(s) in term '${term}'; put what is not letters, digits and _ in double quotes`,
  );
}
