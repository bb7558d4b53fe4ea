/** A line of docs/pipes.md: a behaviour, where it is known from, and how it stands to AWS. */

export type Verdict = 'same as AWS' | 'our choice' | 'refused';

/** `test` is the title of the test, or its beginning; of a catalogue line: its number. */
export interface ConformanceRow {
  readonly test: string;
  /** What the title leaves out; default: the title. */
  readonly behaviour?: string;
  readonly source: string;
  readonly verdict: Verdict;
}

export const SAME = 'same as AWS';
export const OURS = 'our choice';

export const row = (test: string, source: string, verdict: Verdict, behaviour?: string): ConformanceRow => ({
  test,
  source,
  verdict,
  ...(behaviour !== undefined && { behaviour }),
});
