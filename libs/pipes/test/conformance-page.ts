/** Makes docs/pipes.md out of the rows of conformance.ts and the titles of the specs. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type ConformanceRow } from './conformance-row.js';
import { CATALOGUE, FURTHER } from './conformance.js';

/** Where the tests are, and how the page names their folder. */
const SPECS = [
  { folder: 'libs/pipes/src', shown: '' },
  { folder: 'test/localstack', shown: 'test/localstack/' },
] as const;

interface Title {
  readonly file: string;
  readonly text: string;
}

/** @param root of the repository. @throws Error naming each row that no test stands for. */
export function conformancePage(root: string): string {
  const titles = SPECS.flatMap(({ folder, shown }) => titlesIn(join(root, folder), shown));
  const missing: string[] = [];
  const find = (wanted: (text: string) => boolean, name: string): Title => {
    const found = titles.find(({ text }) => wanted(text));
    if (found === undefined) missing.push(name);
    return found ?? { file: '', text: name };
  };
  const catalogue = CATALOGUE.map((row) => {
    const title = find((text) => text.startsWith(`${row.test} `), `catalogue line ${row.test}`);
    return [row.test, ...cells(row, title, title.text.slice(row.test.length + 1))];
  });
  const further = Object.entries(FURTHER).map(([heading, rows]) => {
    const lines = rows.map((row) => {
      const title = find((text) => text.startsWith(row.test), `"${row.test}"`);
      return cells(row, title, row.behaviour ?? title.text);
    });
    return `## ${heading}\n\n${table(['behaviour', 'source', 'test', 'verdict'], lines)}`;
  });
  if (missing.length > 0) throw new Error(`No test is called ${missing.join(', ')}`);
  return [
    HEAD,
    `## The test catalogue\n\n${table(['line', 'behaviour', 'source', 'test', 'verdict'], catalogue)}`,
    ...further,
    TAIL,
  ].join('\n\n');
}

/** The title stands with the file where the behaviour is told in other words. */
const cells = ({ source, verdict }: ConformanceRow, { file, text }: Title, behaviour: string): string[] => [
  behaviour,
  source,
  text.endsWith(behaviour) ? `\`${file}\`` : `\`${file}\`: ${text}`,
  verdict,
];

function titlesIn(specs: string, shown: string): readonly Title[] {
  const files = readdirSync(specs, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.spec.ts'));
  return files.sort().flatMap((file) => {
    const text = readFileSync(join(specs, file), 'utf8');
    // Any string may be a title: some tests come out of lists.
    const strings = text.matchAll(/'((?:\\.|[^'\\\n])*)'|"((?:\\.|[^"\\\n])*)"|`((?:\\.|[^`\\])*)`/g);
    return [...strings].map(([, single, double, template]) => ({
      file: shown + file.replaceAll('\\', '/'),
      text: (single ?? double ?? template ?? '').replaceAll("\\'", "'"),
    }));
  });
}

function table(heads: readonly string[], lines: readonly (readonly string[])[]): string {
  const escaped = lines.map((cellsOfLine) => cellsOfLine.map((cell) => cell.replaceAll('|', '\\|')));
  const asRow = (cellsOfLine: readonly string[]): string => `| ${cellsOfLine.join(' | ')} |`;
  return [asRow(heads), asRow(heads.map(() => '---')), ...escaped.map(asRow)].join('\n');
}

const HEAD = `<!-- Generated: WRITE_PIPES_PAGE=1 node --test dist/libs/pipes/src/conformance.spec.js -->

# Pipes: how this runner stands to AWS

Each line is a behaviour, where it is known from, the spec file whose test of that name proves it, and the verdict: the same
as AWS, our choice where AWS is silent, or refused. Pages of the AWS docs are those of the EventBridge user guide
(docs.aws.amazon.com/eventbridge/latest/userguide) and the pipes API reference. All run on dynoxide, but for those of
LocalStack; the specs of the source run on DynamoDB Local and LocalStack too (\`PIPES_TABLES=dynamodb-local\` or
\`localstack\`).`;

const TAIL = `## What to know

- A stop ends lanes (ParallelizationFactor above 1) where they are: what one of them had delivered beyond another's next
  record comes again after the start. AWS promises no more than at least once.
- A key that stands twice in one object of an event: the last one counts, AWS's engine sees both.
- An execution of a redrive is a try of its own: no retries, no age, no dead letter; what fails stays kept.
- \`Concurrency\` is counted for the pipe; AWS counts it for the account.
- A record that fails for longer than 24 hours has left the stream on AWS and is lost there; here it is tried on until
  MaximumRecordAgeInSeconds or MaximumRetryAttempts ends it.
- Which change of a pipe AWS takes in which of its states is not documented; here a change under way is waited for.
`;
