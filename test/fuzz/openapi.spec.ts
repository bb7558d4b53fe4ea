/**
 * Every operation of the OpenAPI document under requests that schemathesis makes from it: right ones, and ones that are
 * wrong in each way the schemas know. https://schemathesis.readthedocs.io
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../fixtures/describe-unless.js';
import { type LocalStack } from '../../localstack/src/local-stack.js';
import { programOnPath } from '../fixtures/program.js';
import { startSignedIn } from '../fixtures/signed-in.js';
import { startTabletop } from '../fixtures/tabletop.js';

const schemathesis = programOnPath('schemathesis');

/** At most for each operation, in each phase: enough for the number of requests below. */
const EXAMPLES = 230;
const LEAST_REQUESTS = 5_000;

/**
 * What must hold for every answer. Left out is what the schemas cannot say: that a right request is taken (a cursor must
 * come from an answer, two names of one field must agree), and that a deleted purchase is gone at once (it is queued).
 */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'negative_data_rejection',
  'missing_required_header',
  'unsupported_method',
];

const SIGNED_IN_EXAMPLES = 20;

describeUnless(schemathesis === undefined && 'no schemathesis on PATH', 'the API under generated requests', () => {
  let folder: string;
  let stack: LocalStack | undefined;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'fuzz-'));
  });
  afterEach(() => stack?.stop());
  after(() => rmSync(folder, { recursive: true, force: true }));

  /** How many requests were sent. @throws Error with the report when a check failed */
  const fuzz = async (url: string | undefined, examples: number, ...more: readonly string[]): Promise<number> => {
    const { failed, output } = await run(folder, [
      ...['run', `${url}/openapi.json`, '--no-color', '--seed', '20261121', '--max-examples', `${examples}`],
      ...['--generation-database', 'none', '--continue-on-failure', '--warnings', 'off', ...more],
    ]);
    if (failed) throw new Error(output);
    const [, requests] = /^\s*([\d,]+) generated/m.exec(output) ?? [];
    return Number(requests?.replaceAll(',', ''));
  };

  it(`answers ${LEAST_REQUESTS} of them without a 5xx and as its own schemas say`, { timeout: 300_000 }, async () => {
    stack = await startTabletop();
    const sent = await fuzz(stack.apiUrl, EXAMPLES, '--checks', CHECKS.join(','));
    expect(sent).toBeGreaterThanOrEqual(LEAST_REQUESTS);
  });

  it('does so for an administrator too, and lets nobody in without a token', { timeout: 200_000 }, async () => {
    const signedIn = await startSignedIn();
    stack = signedIn;
    const checks = [...CHECKS, 'ignored_auth'].join(',');
    const header = `Authorization: ${signedIn.admin}`;
    await fuzz(stack.apiUrl, SIGNED_IN_EXAMPLES, '--checks', checks, '--header', header);
  });
});

const run = (cwd: string, args: readonly string[]): Promise<{ failed: boolean; output: string }> =>
  new Promise((resolve) => {
    execFile(schemathesis ?? '', args, { cwd, maxBuffer: 64 * 1024 * 1024 }, (error, stdout, stderr) => {
      resolve({ failed: error !== null, output: stdout + stderr });
    });
  });
