/** A system that is not ours, in a folder that is not ours: the stack knows nothing of users or orders. */
import { after, before, describe, it } from 'node:test';
import { DynamoDBClient, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { expect } from 'expect';
import { handlerFunction, httpFunction, queue, singleTable } from '../../libs/topology/src/construct.js';
import { newItem, pipe } from '../../libs/topology/src/pipe.js';
import { restApi } from '../../libs/topology/src/rest-api.js';
import { system } from '../../libs/topology/src/system.js';
import { startLocalStack, type LocalStack } from '../../localstack/src/local-stack.js';
import { temporaryFolder } from '../fixtures/folder.js';

const FILES = {
  'hello/lambda.mjs': `
    export const handler = async (event) => ({
      statusCode: 200,
      body: JSON.stringify({ hello: event.pathParameters.name, table: process.env.TABLE_NAME }),
    });`,
  'printer/lambda.ts': `
    type StreamRecord = { dynamodb: { Keys: { PK: { S: string } } } };
    export const handler = async (records: StreamRecord[]): Promise<void> => {
      for (const record of records) console.log('printed ' + record.dynamodb.Keys.PK.S);
    };`,
};

const table = singleTable('notes', { stream: 'NEW_IMAGE' });
const topology = system('mine', {
  api: restApi('api', {
    routes: { 'GET /hello/{name}': httpFunction('hello', { entry: 'hello', grants: [table.read] }) },
  }),
  pipes: [
    pipe('new-notes', {
      source: table,
      filter: [newItem('NOTE#')],
      deadLetters: queue('new-notes-dead'),
      target: handlerFunction('printer', { entry: 'printer' }),
    }),
  ],
});

describe('a system of one’s own', () => {
  let stack: LocalStack;

  before(async () => {
    stack = await startLocalStack({ topology, root: temporaryFolder(FILES) });
  });
  after(() => stack.stop());

  it('answers HTTP through its own function', async () => {
    const response = await fetch(`${stack.apiUrl}/hello/ada`);
    expect(await response.json()).toEqual({ hello: 'ada', table: 'mine-dev-notes' });
  });

  it('delivers a record of its own table to its own handler', async () => {
    const client = new DynamoDBClient({
      endpoint: stack.awsUrl,
      region: 'us-east-1',
      credentials: { accessKeyId: 'x', secretAccessKey: 'x' },
    });
    await client.send(
      new PutItemCommand({ TableName: 'mine-dev-notes', Item: { PK: { S: 'ada' }, SK: { S: 'NOTE#1' } } }),
    );
    await stack.journal.waitFor((entry) => entry.type === 'log' && entry.line === 'printed ada');
    await stack.drained();
    client.destroy();
  });

  it('tells every resource it made', () => {
    expect(stack.resources.map(({ resource, origin }) => `${origin} ${resource.kind} ${resource.name}`)).toEqual([
      'created table notes',
      'created queue new-notes-dead',
      'started function hello',
      'started function printer',
      'started pipe new-notes',
      'started rest-api api',
    ]);
  });
});
