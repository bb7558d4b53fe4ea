import { describe, it } from 'node:test';
import { expect } from 'expect';
import { mustBeSnapshot } from './changed-lines.js';

const BEFORE =
  'aws_sqs_queue.a {"name":"a","tags":{"k":1},"wait":5}\naws_sqs_queue.b {"name":"b"}\nmoved {"from":"x"}\n';

function told(after: string): string {
  try {
    mustBeSnapshot('a.txt', BEFORE, after);
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
  return '';
}

describe('a stale snapshot', () => {
  it('is told by what of a resource changed, what is gone and what is new, and by the way to take it over', () => {
    const [head, ...lines] = told(BEFORE.replace('5', '6').replace('queue.b', 'queue.c')).split('\n');
    expect(head).toMatch(/^a\.txt is stale\..*WRITE_SNAPSHOTS=1 npm run test:deploy$/);
    expect(lines.filter((line) => /^[-+]|^ {2}aws/.test(line))).toEqual([
      ...['- aws_sqs_queue.b', '  aws_sqs_queue.a', '-   "wait": 5,', '+   "wait": 6,', '+ aws_sqs_queue.c'],
    ]);
  });

  it('is none where nothing changed, and says so where only the order did', () => {
    expect(told(BEFORE)).toBe('');
    expect(told(BEFORE.trim().split('\n').reverse().join('\n'))).toContain('its lines stand in another order');
  });

  it('is said to be missing where there is none', () => {
    expect(() => mustBeSnapshot('a.txt', undefined, BEFORE)).toThrow(
      /^a\.txt is missing\. Write it: WRITE_SNAPSHOTS=1/,
    );
  });
});
