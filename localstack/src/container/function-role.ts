/** A function behind Lambda's Invoke API, with the consumers that poll for it. */
import { SQSClient } from '@aws-sdk/client-sqs';
import { join } from 'node:path';
import { functionArn, CREDENTIALS, REGION } from '../account.js';
import { answerLambda } from '../endpoint/lambda-api.js';
import { functionEnvironment } from '../function/function-environment.js';
import { FunctionPool } from '../function/function-pool.js';
import { type QueueConsumer } from '../queue/queue-consumer.js';
import { startConsumer } from '../resource/consumer-maker.js';
import { functionNamed } from './container-frame.js';
import { JournalLink } from './journal-link.js';
import { writeLines } from './log-lines.js';
import { type Role } from './role.js';
import { startRoleServer } from './role-server.js';
import { waitForEndpoint } from './wait-for-endpoint.js';

/** A stop waits for the last poll, and has 10 s. */
const POLL_SECONDS = 2;

export const startFunction: Role = async (frame, name) => {
  const lambda = functionNamed(name, frame);
  const { journal, container, resources, endpoint } = frame;
  writeLines(journal, name);
  const link = new JournalLink(journal, container.awsUrl, name);
  const physicalName = frame.physicalName(lambda);
  const pool = new FunctionPool({
    name: physicalName,
    arn: functionArn(physicalName),
    file: join(frame.bundles, lambda.name, 'index.cjs'),
    environment: functionEnvironment(lambda, frame),
    memoryMb: lambda.memory,
    timeoutSeconds: lambda.timeout,
    maxInstances: frame.maxInstances,
    journal,
    adopt: frame.adopt,
  });
  await pool.start();
  const server = await startRoleServer({
    ...{ host: container.host, port: container.port, purpose: name, knows: frame.knows },
    waitsFor: () => (pool.alive ? undefined : `function ${name}`),
    services: { lambda: (request) => answerLambda(request, (asked) => (asked === physicalName ? pool : undefined)) },
  });
  const queues = new SQSClient({ endpoint, region: REGION, credentials: CREDENTIALS });
  const mappings = resources.filter(
    (resource) => resource.kind === 'queue-consumer' && resource.target.name === lambda.name,
  );
  const stopping = new AbortController();
  const consumers: QueueConsumer[] = [];
  const polling = waitForEndpoint(container.awsUrl, stopping.signal).then(() => {
    if (stopping.signal.aborted) return;
    for (const mapping of mappings)
      if (mapping.kind === 'queue-consumer')
        consumers.push(startConsumer(mapping, { ...frame, queues, pool, pollSeconds: POLL_SECONDS }));
  });
  return {
    stop: async () => {
      stopping.abort();
      await polling;
      await Promise.all(consumers.map((consumer) => consumer.stop()));
      await server.stop();
      await pool.stop();
      await link.stop();
      queues.destroy();
    },
  };
};
