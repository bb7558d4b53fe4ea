/** What a stale snapshot is told by: the resources that differ and what of them, and how to write it anew. */
import { diff } from 'jest-diff';

const WAY = 'WRITE_SNAPSHOTS=1 npm run test:deploy';

/**
 * @param before undefined where there is no such file
 * @throws Error where the texts differ, if only in the order of their lines
 */
export function mustBeSnapshot(file: string, before: string | undefined, after: string): void {
  if (before === after) return;
  if (before === undefined) throw new Error(`${file} is missing. Write it: ${WAY}`);
  const changed = changes(blocksOf(before), blocksOf(after));
  throw new Error(
    `${file} is stale. Where this change is meant: ${WAY}\n` +
      (changed.length > 0 ? changed.join('\n') : 'its lines stand in another order'),
  );
}

/** Attributes by what each line opens with: `aws_sqs_queue.work`. */
function blocksOf(text: string): Map<string, string> {
  const lines = text.split('\n').filter((line) => line !== '');
  return new Map(
    lines.map((line) => {
      const [, name = line, json = ''] = /^((?!moved )\S+) (.*)$/.exec(line) ?? [];
      return [name, json];
    }),
  );
}

function changes(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): string[] {
  const gone = [...before.keys()].filter((name) => !after.has(name)).map((name) => `- ${name}`);
  const others = [...after].flatMap(([name, json]) => {
    const old = before.get(name);
    if (old === undefined) return [`+ ${name}`];
    return old === json ? [] : [`  ${name}`, difference(old, json)];
  });
  return [...gone, ...others];
}

const plain = (line: string): string => line;

const difference = (before: string, after: string): string =>
  diff(JSON.parse(before), JSON.parse(after), {
    ...{ contextLines: 2, expand: false, omitAnnotationLines: true },
    ...{ aColor: plain, bColor: plain, changeColor: plain, commonColor: plain, patchColor: plain },
  }) ?? '';
