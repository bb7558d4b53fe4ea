/** What the local gateway answers to a body that is too large, and for functions that are broken or slow. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { httpFunction } from '../../../libs/topology/src/construct.js';
import { type RestApi } from '../../../libs/topology/src/model.js';
import { restApi } from '../../../libs/topology/src/rest-api.js';
import { system } from '../../../libs/topology/src/system.js';
import { startLocalStack } from '../../../localstack/src/local-stack.js';
import { askedFor, type ProblemFact } from './problem-fact.js';

/**
 * Asks a gateway that has the declared words and functions of its own.
 * @returns by API Gateway's name of the answer
 */
export async function misbehaved({ problems }: RestApi): Promise<Record<string, ProblemFact>> {
  const broken = httpFunction('broken', { entry: 'broken' });
  const slow = httpFunction('slow', { entry: 'slow' });
  const api = restApi('api', { routes: { 'ANY /broken': broken, 'GET /slow': slow } });
  const root = await mkdtemp(join(tmpdir(), 'tabletop-misbehaving-'));
  const handlers = {
    broken: 'export const handler = async () => 5;',
    slow: "export const handler = () => new Promise((resolve) => setTimeout(resolve, 2500, { statusCode: 200, body: '{}' }));",
  };
  for (const [name, text] of Object.entries(handlers)) {
    await mkdir(join(root, name));
    await writeFile(join(root, name, 'lambda.mjs'), text);
  }
  const stack = await startLocalStack({
    topology: system('misbehaving', { api: { ...api, problems } }),
    ...{ root, integrationTimeoutMs: 2000, settings: { authMode: 'open', corsOrigins: '' } },
  });
  try {
    const url = stack.apiUrl ?? '';
    return {
      REQUEST_TOO_LARGE: await askedFor(`${url}/broken`, { method: 'POST', body: Buffer.alloc(10 * 1024 ** 2 + 1) }),
      INTEGRATION_FAILURE: await askedFor(`${url}/broken`),
      INTEGRATION_TIMEOUT: await askedFor(`${url}/slow`),
    };
  } finally {
    await stack.stop();
    await rm(root, { recursive: true });
  }
}
