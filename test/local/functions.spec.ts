/** Functions under Lambda's rules: what one of them does wrong stays with that one. */
import { after, before, describe, it } from 'node:test';
import { InvokeCommand, LambdaClient, type InvokeCommandOutput } from '@aws-sdk/client-lambda';
import { expect } from 'expect';
import { handlerFunction } from '../../libs/topology/src/construct.js';
import { system } from '../../libs/topology/src/system.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { temporaryFolder } from '../fixtures/folder.js';

const HANDLERS: Record<string, string> = {
  echo: `export const handler = async (event) => event;`,
  context: `export const handler = async (event, context) => ({
    ...context, remaining: context.getRemainingTimeInMillis(), environment: process.env });`,
  talker: `export const handler = async () => { console.log('one'); console.error('two\\nlines'); };`,
  thrower: `export const handler = async () => { throw new RangeError('out of range'); };`,
  sleeper: `export const handler = () => new Promise(() => {});`,
  spinner: `export const handler = () => { for (;;); };`,
  quitter: `export const handler = async () => process.exit(3);`,
  leaker: `export const handler = async (event) => { if (event.leak) setTimeout(() => { throw new Error('too late'); }, 1); else return 'fine'; await new Promise(() => {}); };`,
  heap: `export const handler = async (event) => {
    if (!event.grow) return 'fine';
    const rows = []; for (;;) rows.push(new Array(100_000).fill(Math.random())); };`,
  buffers: `export const handler = async (event) => {
    if (!event.grow) return 'fine';
    const rows = []; for (;;) rows.push(Buffer.alloc(1 << 20, 1)); };`,
  pid: `let running = 0;
    export const handler = async () => {
      running += 1;
      const together = running;
      await new Promise((resolve) => setTimeout(resolve, 100));
      running -= 1;
      return { pid: process.pid, together };
    };`,
  vandal: `import { writeSync } from 'node:fs';
    export const handler = async (event) => { if (event.vandalise) writeSync(3, 'garbage\\n'); else return 'fine'; await new Promise(() => {}); };`,
  separators: `export const handler = async () => { console.log('a\\u2028b\\rc\\u0001d'); };`,
  bigint: `export const handler = async () => 1n;`,
};

const topology = system('rules', {
  also: Object.keys(HANDLERS).map((name) => handlerFunction(name, { entry: name, timeout: 2, memory: 128 })),
});

describe('a local function', () => {
  let stack: LocalStack;
  let lambda: LambdaClient;

  before(async () => {
    const files = Object.entries(HANDLERS).map(([name, text]) => [`${name}/lambda.mjs`, text]);
    stack = await startLocalStack({
      topology,
      root: temporaryFolder(Object.fromEntries(files) as Record<string, string>),
    });
    const credentials = { accessKeyId: 'x', secretAccessKey: 'x' };
    lambda = new LambdaClient({ endpoint: stack.awsUrl, region: 'us-east-1', credentials, maxAttempts: 1 });
  });
  after(async () => {
    lambda.destroy();
    await stack.stop();
  });

  const send = (name: string, event: unknown = {}): Promise<InvokeCommandOutput> =>
    lambda.send(
      new InvokeCommand({
        FunctionName: `rules-dev-${name}`,
        Payload: Buffer.from(JSON.stringify(event)),
        LogType: 'None',
      }),
    );
  const invoke = async (name: string, event: unknown = {}): Promise<{ error: string | undefined; answer: unknown }> => {
    const { FunctionError, Payload } = await send(name, event);
    return { error: FunctionError, answer: JSON.parse(Buffer.from(Payload ?? []).toString()) };
  };

  it('gives its handler’s value', async () => {
    expect(await invoke('echo', { deep: [1, null, 'ü'] })).toEqual({
      error: undefined,
      answer: { deep: [1, null, 'ü'] },
    });
  });

  it('gives its handler’s error in Lambda’s shape', async () => {
    const { error, answer } = await invoke('thrower');
    expect(error).toBe('Unhandled');
    expect(answer).toMatchObject({ errorType: 'RangeError', errorMessage: 'out of range' });
  });

  it('sees Lambda’s context and environment and nothing of the shell', async () => {
    const { answer } = await invoke('context');
    const { environment, remaining, ...context } = answer as { environment: Record<string, string>; remaining: number };
    expect(context).toMatchObject({
      functionName: 'rules-dev-context',
      memoryLimitInMB: '128',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:rules-dev-context',
    });
    expect(remaining).toBeGreaterThan(1_000);
    expect(remaining).toBeLessThanOrEqual(2_000);
    expect(environment).toMatchObject({ AWS_ENDPOINT_URL: stack.awsUrl, AWS_EC2_METADATA_DISABLED: 'true' });
    expect(Object.keys(environment)).not.toContain('HOME');
    expect(Object.keys(environment)).not.toContain('AWS_PROFILE');
  });

  it('has its lines journaled under its request', async () => {
    await send('talker');
    const entries = await stack.journal.waitForCount(
      2,
      (entry) => entry.type === 'log' && entry.function === 'rules-dev-talker',
    );
    const lines = entries.flatMap((entry) => (entry.type === 'log' ? [entry] : []));
    const invocation = await stack.journal.waitFor(
      (entry) => entry.type === 'invocation' && entry.function === 'rules-dev-talker',
    );
    expect(lines.map(({ line }) => line)).toEqual(['one', 'two\nlines']);
    expect(lines.map(({ requestId }) => requestId)).toEqual(
      lines.map(() => (invocation as { requestId: string }).requestId),
    );
  });

  for (const name of ['sleeper', 'spinner'])
    it(`is ended at its timeout (${name}) while others keep answering`, async () => {
      const [slow, ...quick] = await Promise.all([invoke(name), ...[1, 2, 3].map((n) => invoke('echo', n))]);
      expect(slow.answer).toMatchObject({
        errorType: 'Sandbox.Timedout',
        errorMessage: expect.stringMatching(/timed out after 2.00 seconds/) as unknown,
      });
      expect(quick.map(({ answer }) => answer)).toEqual([1, 2, 3]);
    });

  it('that exits is an error, and a fresh instance takes the next event', async () => {
    expect((await invoke('quitter')).answer).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect((await invoke('quitter')).answer).toMatchObject({
      errorMessage: expect.stringContaining('exit status 3') as unknown,
    });
  });

  it('that throws outside its handler is an error, and a fresh instance takes the next event', async () => {
    expect((await invoke('leaker', { leak: true })).answer).toMatchObject({
      errorType: 'Runtime.UncaughtException',
      errorMessage: 'too late',
    });
    expect((await invoke('leaker')).answer).toBe('fine');
  });

  for (const name of ['heap', 'buffers'])
    it(`that passes its memory in ${name} ends as Runtime.OutOfMemory while others keep answering`, async () => {
      const [grown, other] = await Promise.all([invoke(name, { grow: true }), invoke('echo', 'alive')]);
      expect(grown.answer).toMatchObject({ errorType: 'Runtime.OutOfMemory' });
      expect(other.answer).toBe('alive');
      expect((await invoke(name)).answer).toBe('fine');
    });

  it('that gives what JSON cannot say is an error', async () => {
    expect((await invoke('bigint')).answer).toMatchObject({ errorType: 'Runtime.MarshalError' });
  });

  it('takes one event at a time an instance, more instances on demand up to the bound', async () => {
    const answers = await Promise.all(Array.from({ length: 12 }, () => invoke('pid')));
    const runs = answers.map(({ answer }) => answer as { pid: number; together: number });
    expect(new Set(runs.map(({ together }) => together))).toEqual(new Set([1]));
    const instances = new Set(runs.map(({ pid }) => pid)).size;
    expect(instances).toBeGreaterThan(1);
    expect(instances).toBeLessThanOrEqual(4);
  });

  it('that writes into its own channel ends alone', async () => {
    expect((await invoke('vandal', { vandalise: true })).answer).toMatchObject({ errorType: 'Runtime.ExitError' });
    expect((await invoke('vandal')).answer).toBe('fine');
    expect((await invoke('echo', 1)).answer).toBe(1);
  });

  it('may log every character there is', async () => {
    await send('separators');
    const entry = await stack.journal.waitFor(
      (kept) => kept.type === 'log' && kept.function === 'rules-dev-separators',
    );
    expect(entry).toMatchObject({ line: 'a\u2028b\rc\u0001d' });
  });

  it('whose idle instance is killed has a new one before it is asked', async () => {
    const { answer } = await invoke('pid');
    const since = stack.journal.next;
    process.kill((answer as { pid: number }).pid, 'SIGKILL');
    await stack.journal.waitFor(
      (entry) => entry.seq >= since && entry.type === 'stack' && /rules-dev-pid ended/.test(entry.what),
    );
    expect((await invoke('pid')).error).toBeUndefined();
  });

  it('that does not exist is told by Lambda’s own name', async () => {
    await expect(send('nobody')).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });
});
