/** What a stale snapshot is told by: the lines that differ, and how to write it anew. */

/** Lines of one text that the other lacks, with `-` for those that are gone and `+` for those that are new. */
export function changedLines(before: string, after: string): string[] {
  const [old, now] = [before.split('\n'), after.split('\n')];
  const [known, found] = [new Set(old), new Set(now)];
  return [
    ...old.filter((line) => !found.has(line)).map((line) => `- ${line}`),
    ...now.filter((line) => !known.has(line)).map((line) => `+ ${line}`),
  ];
}

/** @throws Error where the texts differ, if only in the order of their lines */
export function mustBeSnapshot(file: string, before: string, after: string): void {
  if (before === after) return;
  const changed = changedLines(before, after);
  throw new Error(
    `${file} is stale. Where this change is meant: WRITE_SNAPSHOTS=1 npm run test:deploy\n` +
      (changed.length > 0 ? changed.join('\n') : 'its lines stand in another order'),
  );
}
