/** The API of EventBridge Pipes on the local endpoint: the life of a pipe. */
import { after, before, describe, it } from 'node:test';
import * as Pipes from '@aws-sdk/client-pipes';
import { expect } from 'expect';
import { arnOf, failure, got, HandMadePipes, ROLE, WORKER } from '../fixtures/hand-made-pipes.js';

describe('the Pipes API', () => {
  const local = new HandMadePipes();
  before(() => local.start());
  after(() => local.stop());

  it('creates a pipe that is CREATING, then RUNNING, and delivers', async () => {
    const created = await local.create('flow', { Description: 'by hand', Tags: { team: 'blue' } });
    expect(created).toMatchObject({
      Arn: arnOf('pipes', 'pipe/flow'),
      Name: 'flow',
      DesiredState: 'RUNNING',
      CurrentState: 'CREATING',
    });
    expect(created.CreationTime).toBeInstanceOf(Date);
    expect((await local.settled('flow')).CurrentState).toBe('RUNNING');
    await local.put('first');
    await local.stack.journal.waitFor(got('first'));
  });

  it('describes a pipe with every default filled in', async () => {
    expect(await local.describe('flow')).toMatchObject({
      Description: 'by hand',
      Source: local.stream,
      Target: WORKER,
      RoleArn: ROLE,
      Tags: { team: 'blue' },
      SourceParameters: {
        DynamoDBStreamParameters: {
          StartingPosition: 'LATEST',
          BatchSize: 1,
          MaximumBatchingWindowInSeconds: 0,
          MaximumRecordAgeInSeconds: -1,
          MaximumRetryAttempts: -1,
          ParallelizationFactor: 1,
        },
      },
    });
  });

  it('stops a pipe, which then delivers nothing, and starts it where it left off', async () => {
    const stopping = await local.pipes.send(new Pipes.StopPipeCommand({ Name: 'flow' }));
    expect(stopping).toMatchObject({ DesiredState: 'STOPPED', CurrentState: 'STOPPING' });
    expect((await local.settled('flow')).CurrentState).toBe('STOPPED');
    await local.put('meanwhile');
    await local.stack.journal.expectNone(got('meanwhile'), 200, 0);
    expect(await local.pipes.send(new Pipes.StartPipeCommand({ Name: 'flow' }))).toMatchObject({
      CurrentState: 'STARTING',
    });
    await local.stack.journal.waitFor(got('meanwhile'));
  });

  it('changes a pipe’s filter', async () => {
    await local.settled('flow');
    const Pattern = JSON.stringify({ dynamodb: { Keys: { id: { S: [{ prefix: 'wanted' }] } } } });
    const update = { Name: 'flow', RoleArn: ROLE, SourceParameters: { FilterCriteria: { Filters: [{ Pattern }] } } };
    expect(await local.pipes.send(new Pipes.UpdatePipeCommand(update))).toMatchObject({ CurrentState: 'UPDATING' });
    expect(await local.settled('flow')).toMatchObject({
      CurrentState: 'RUNNING',
      Description: 'by hand',
      SourceParameters: { FilterCriteria: { Filters: [{ Pattern }] }, DynamoDBStreamParameters: { BatchSize: 1 } },
    });
    await local.put('other');
    await local.put('wanted-1');
    await local.stack.journal.waitFor(got('wanted-1'));
    expect(local.stack.journal.entries(got('other'))).toEqual([]);
  });

  it('tags a pipe and takes tags off', async () => {
    const resourceArn = arnOf('pipes', 'pipe/flow');
    await local.pipes.send(new Pipes.TagResourceCommand({ resourceArn, tags: { cost: 'low', team: 'red' } }));
    await local.pipes.send(new Pipes.UntagResourceCommand({ resourceArn, tagKeys: ['cost'] }));
    expect((await local.pipes.send(new Pipes.ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({
      team: 'red',
    });
  });

  it('takes many changes of a pipe at once', async () => {
    const resourceArn = arnOf('pipes', 'pipe/flow');
    const keys = Array.from({ length: 20 }, (_, index) => `key-${index}`);
    await Promise.all(
      keys.map((key) => local.pipes.send(new Pipes.TagResourceCommand({ resourceArn, tags: { [key]: 'x' } }))),
    );
    await Promise.all(
      keys.map((key) => local.pipes.send(new Pipes.UntagResourceCommand({ resourceArn, tagKeys: [key] }))),
    );
    expect((await local.pipes.send(new Pipes.ListTagsForResourceCommand({ resourceArn }))).tags).toEqual({
      team: 'red',
    });
  });

  it('reads an empty template and an empty enrichment back as none', async () => {
    await local.create('plain', { Enrichment: '', TargetParameters: { InputTemplate: '' } });
    const described = await local.settled('plain');
    expect([described.Enrichment, described.TargetParameters]).toEqual([undefined, {}]);
    await local.removed('plain');
  });

  it('keeps pipes, tags and how far they came over a restart', async () => {
    await local.stop();
    await local.start();
    expect(await local.settled('flow')).toMatchObject({ CurrentState: 'RUNNING', Tags: { team: 'red' } });
    await local.put('wanted-2');
    await local.stack.journal.waitFor(got('wanted-2'));
    expect(local.stack.journal.entries(got('wanted-1'))).toEqual([]);
  });

  it('lists pipes in pages and by what they are', async () => {
    for (const name of ['list-c', 'list-a', 'list-b']) {
      await local.create(name, { DesiredState: 'STOPPED' });
      await local.settled(name);
    }
    const first = await local.pipes.send(new Pipes.ListPipesCommand({ NamePrefix: 'list-', Limit: 2 }));
    expect(first.Pipes?.map(({ Name }) => Name)).toEqual(['list-a', 'list-b']);
    const { NextToken } = first;
    const second = await local.pipes.send(new Pipes.ListPipesCommand({ NamePrefix: 'list-', Limit: 2, NextToken }));
    expect(second).toMatchObject({ Pipes: [{ Name: 'list-c', Target: WORKER, Source: local.stream }] });
    expect(second.NextToken).toBeUndefined();
    const stopped = await local.pipes.send(new Pipes.ListPipesCommand({ DesiredState: 'STOPPED' }));
    expect(stopped.Pipes?.map(({ Name }) => Name)).toEqual(['list-a', 'list-b', 'list-c']);
    for (const name of ['list-a', 'list-b', 'list-c']) await local.removed(name);
  });

  it('fails a pipe whose stream is not there, with the reason, and does not start it then', async () => {
    await local.create('lost', { Source: local.stream.replace('things', 'nothings') });
    expect(await local.settled('lost')).toMatchObject({
      CurrentState: 'CREATE_FAILED',
      StateReason: expect.stringMatching(/stream not found/i) as unknown,
    });
    expect(await failure(local.pipes.send(new Pipes.StartPipeCommand({ Name: 'lost' })))).toMatchObject({
      name: 'ConflictException',
      message: expect.stringContaining('CREATE_FAILED') as unknown,
      status: 409,
    });
    await local.removed('lost');
  });

  it('refuses a second pipe of one name, and an unknown one', async () => {
    expect(await failure(local.create('flow'))).toMatchObject({ name: 'ConflictException', status: 409 });
    expect(await failure(local.describe('nobody'))).toMatchObject({ name: 'NotFoundException', status: 404 });
  });

  it('forgets a deleted pipe for good', async () => {
    await local.removed('flow');
    await local.stop();
    await local.start();
    expect(await failure(local.describe('flow'))).toMatchObject({ name: 'NotFoundException' });
  });
});
