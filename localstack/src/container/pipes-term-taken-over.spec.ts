/** A term whose lease another runner has taken over, while its own process stood still: it may do nothing any more. */
import { isDeepStrictEqual } from 'node:util';
import { after, afterEach, before, beforeEach, describe, it } from 'node:test';
import { DeletePipeCommand, TagResourceCommand } from '@aws-sdk/client-pipes';
import { expect } from 'expect';
import { type PipesRunner } from '../../../test/fixtures/pipes-runner.js';
import { TermStack } from '../../../test/fixtures/term-stack.js';
import { REGION } from '../account.js';
import { until } from '../child-process.js';

describe('a term of a runner of pipes whose lease was taken over, and that does not know it', () => {
  let terms: TermStack;
  before(async () => {
    terms = await TermStack.start();
  });
  after(() => terms.stop());
  afterEach(() => terms.reset());

  let old: PipesRunner;
  beforeEach(async () => {
    old = await terms.started();
  });

  it('delivers nothing more', async () => {
    const checkpoints = terms.kept('checkpoints');
    await terms.put('wanted-1');
    await old.hasSent('wanted-1');
    // To its end: what it stores later would tell it of the other holder.
    await until(
      'no checkpoint',
      () => Promise.resolve(!isDeepStrictEqual(terms.kept('checkpoints'), checkpoints)),
      10_000,
    );
    const taken = await terms.lease();
    expect([old.term.isHeld, taken.fence > old.term.fence]).toEqual([true, true]);
    await terms.put('wanted-2');
    await old.refused();
    const next = await (await terms.run(taken)).ready();
    await next.hasSent('wanted-2');
    await old.term.stop();
    expect([old.sent, old.term.isHeld]).toEqual([['wanted-1'], false]);
  });

  it('does not move the checkpoint back when a delivery ends late', async () => {
    const letGo = old.hold();
    await terms.put('wanted-1');
    await old.hasSent('wanted-1');
    const next = await terms.started();
    await terms.put('wanted-2', 'wanted-3');
    await next.hasSent('wanted-3');
    await next.term.stop();
    const checkpoints = terms.kept('checkpoints');
    letGo();
    await old.refused();
    await old.term.stop();
    expect(terms.kept('checkpoints')).toEqual(checkpoints);
    await next.lease.release();
    const third = await terms.started();
    await terms.put('wanted-4');
    await third.hasSent('wanted-4');
    expect(third.sent).toEqual(['wanted-4']);
  });

  it('does not move the checkpoint on past records that the filter drops', async () => {
    const next = await terms.started();
    await next.term.stop();
    const checkpoints = terms.kept('checkpoints');
    expect(Object.keys(checkpoints)).toHaveLength(1);
    await terms.put('dropped');
    await old.refused();
    await old.term.stop();
    expect(terms.kept('checkpoints')).toEqual(checkpoints);
  });

  it('neither makes, changes nor deletes a pipe that is kept', async () => {
    await terms.create(old, 'byhand');
    await terms.hasState(old, 'byhand', 'RUNNING');
    const definitions = terms.kept('pipes');
    expect(Object.keys(definitions)).toEqual(['byhand.json']);
    await terms.lease();
    const resourceArn = `arn:aws:pipes:${REGION}:000000000000:pipe/byhand`;
    const changes = [
      () => terms.create(old, 'another'),
      () => old.pipes.send(new TagResourceCommand({ resourceArn, tags: { colour: 'blue' } })),
      () => old.pipes.send(new DeletePipeCommand({ Name: 'byhand' })),
    ];
    for (const change of changes) await expect(change()).rejects.toMatchObject({ $metadata: { httpStatusCode: 503 } });
    await old.term.stop();
    expect(terms.kept('pipes')).toEqual(definitions);
  });
});
