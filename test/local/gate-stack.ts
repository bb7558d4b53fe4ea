/** A stack with an API whose functions show what they are told and answer what they are asked to. */
import request from 'supertest';
import { httpFunction } from '../../libs/topology/src/construct.js';
import { restApi } from '../../libs/topology/src/rest-api.js';
import { system } from '../../libs/topology/src/system.js';
import { startLocalStack, type LocalStack, type LocalStackOptions } from '../../localstack/src/local-stack.js';
import { temporaryFolder } from '../fixtures/folder.js';

const FILES = {
  'echo/lambda.mjs': `export const handler = async (event) => ({
    statusCode: 200, headers: { 'content-type': 'application/json' }, body: JSON.stringify(event) });`,
  // Answers with whatever the request asks it to answer.
  'says/lambda.mjs': `export const handler = async (event) => JSON.parse(event.body);`,
  'large/lambda.mjs': `export const handler = async (event) => ({ statusCode: 200, body: 'x'.repeat(Number(event.queryStringParameters.size)) });`,
  'slow/lambda.mjs': `export const handler = () => new Promise(() => {});`,
};

const to = (name: string, timeout = 5): ReturnType<typeof httpFunction> =>
  httpFunction(name, { entry: name, timeout, memory: 256 });
const echo = to('echo');

const topology = system('gate', {
  api: restApi('api', {
    routes: {
      'ANY /echo': echo,
      'ANY /echo/{proxy+}': echo,
      'GET /echo/fixed/{id}': echo,
      'POST /says': to('says'),
      'GET /large': to('large'),
      'GET /slow': to('slow', 1),
    },
  }),
});

export interface GateStack {
  readonly stack: LocalStack;
  readonly api: ReturnType<typeof request>;
  /** Asks for an answer of a function. */
  readonly says: (answer: unknown) => request.Test;
  /** Starts another stack of the same functions, with settings of its own. */
  readonly another: (settings: Partial<LocalStackOptions>) => Promise<LocalStack>;
}

export async function startGate(): Promise<GateStack> {
  const folders = { root: temporaryFolder(FILES), bundles: temporaryFolder() };
  const stack = await startLocalStack({ topology, ...folders });
  const api = request(stack.apiUrl!);
  return {
    stack,
    api,
    says: (answer) => api.post('/says').send(answer as object),
    another: (settings) => startLocalStack({ topology, ...folders, ...settings }),
  };
}
