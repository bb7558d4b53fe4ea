/** The filter of a pipe: patterns OR-ed, each compiled once. */
import { compilePattern } from './pattern/compile.js';
import { explain } from './pattern/explain.js';
import { parsePattern } from './pattern/parse.js';
import { type StreamEvent } from './stream-event.js';

/** `filter` is the one that matched, counted from 1; undefined when there are none or none matched. */
export interface Verdict {
  readonly passed: boolean;
  readonly filter?: number;
}

export interface FilterStage {
  judge(event: StreamEvent): Verdict;
  /** In words, for a journal: costs far more than {@link judge}. */
  reason(event: StreamEvent, verdict: Verdict): string;
}

/** @throws InvalidPatternError for a pattern that cannot be compiled. */
export function filterStage(patterns: readonly string[]): FilterStage {
  const parsed = patterns.map(parsePattern);
  const matchers = parsed.map((pattern) => compilePattern(pattern));
  return {
    judge(event) {
      if (matchers.length === 0) return { passed: true };
      const seen = filterView(event);
      for (let index = 0; index < matchers.length; index += 1) {
        if (matchers[index]?.(seen) === true) return { passed: true, filter: index + 1 };
      }
      return { passed: false };
    },
    reason(event, verdict) {
      if (patterns.length === 0) return 'the pipe has no filter';
      if (verdict.filter !== undefined) return `filter ${verdict.filter} matches`;
      const seen = filterView(event);
      return parsed.map((pattern, index) => `filter ${index + 1}: ${explain(pattern, seen).reason}`).join('; ');
    },
  };
}

/**
 * What a filter sees. eventSourceARN, eventSource, awsRegion and eventVersion are named as not filterable and are added
 * after the filter; eventName and eventID are named too, yet AWS's own tutorial filters by eventName.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-filtering.html
 */
function filterView({ eventID, eventName, dynamodb, userIdentity }: StreamEvent): object {
  return userIdentity === undefined ? { eventID, eventName, dynamodb } : { eventID, eventName, dynamodb, userIdentity };
}
