/** What a new name in the declaration would do to what is deployed already. */
import { readFileSync } from 'node:fs';
import { after, before, it } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';
import { httpFunction, singleTable } from '../../../libs/topology/src/construct.js';
import { restApi } from '../../../libs/topology/src/rest-api.js';
import { system, type Topology } from '../../../libs/topology/src/system.js';
import { userPool } from '../../../libs/topology/src/user-pool.js';
import { topology } from '../../../libs/topology/src/topology.js';
import { moves } from '../../src/config/moves.js';
import { type Moves, type StatefulNames } from '../../src/stacks/stateful-names.js';
import { emptied } from './replaced-data.js';
import { DEV, synthesize } from './synthesis.js';
import { noTerraform, startProvider, Workspace, type Provider } from './terraform.js';

/** A small shop under these names. */
function declared(names: { table?: string; pool?: string; lambda?: string; expiry?: string }): Topology {
  const { table = 'data', pool = 'sign-in', lambda = 'shop', expiry = 'ExpiresAt' } = names;
  const items = singleTable(table, { index: 'GSI1', stream: 'NEW_IMAGE', expiry });
  const people = userPool(pool, { groups: [] });
  const shop = httpFunction(lambda, { entry: 'shop', grants: [items.items('THING').readWrite, people.tokens] });
  return system('shop', { api: restApi('api', { authorizer: people, routes: { 'ANY /things': shop } }) });
}

/** What the record of names says was deployed, by itself. */
function recorded(): Topology {
  const record = JSON.parse(readFileSync('cdktf/stateful-names.json', 'utf8')) as StatefulNames;
  // What was moved kept the name that it was made under.
  const also = Object.entries(record).map(([subject, physical]) => {
    const name = physical.replace(`${topology.name}-<stage>-`, '');
    return subject.startsWith('table ') ? singleTable(name) : userPool(name, { groups: [] });
  });
  return system(topology.name, { also });
}

describeUnless(noTerraform, 'a plan after a change of names', () => {
  let provider: Provider;
  let workspace: Workspace;
  before(async () => {
    const [first, whole] = [await synthesize(DEV, declared({})), await synthesize()];
    provider = await startProvider([...first.files, ...whole.files]);
    workspace = await Workspace.of(first.folderOf('service'), provider);
    await workspace.apply();
    await Promise.all([first.remove(), whole.remove()]);
  });
  after(async () => {
    await workspace.remove();
    await provider.stop();
  });

  const planOf = async (next: Topology, moved: Moves = {}): Promise<string[]> => {
    const synthesis = await synthesize(DEV, next, moved);
    await workspace.take(synthesis.folderOf('service'));
    await synthesis.remove();
    return emptied(await workspace.plan());
  };

  it('empties nothing where all names are as they were', async () => {
    expect(await planOf(declared({ expiry: 'GoneAt' }))).toEqual([]);
    expect(await planOf(declared({ lambda: 'store' }))).toEqual([]);
  });

  it('would delete a table that is called something else', async () => {
    expect(await planOf(declared({ table: 'store' }))).toEqual([expect.stringMatching(/^aws_dynamodb_table\./)]);
  });

  it('would delete a user pool that is called something else', async () => {
    expect(await planOf(declared({ pool: 'people' }))).toEqual([expect.stringMatching(/^aws_cognito_user_pool\./)]);
  });

  it('keeps all that the record says is deployed of our own system', async (test) => {
    const [before, now] = [await synthesize(DEV, recorded()), await synthesize(DEV, topology, moves)];
    const own = await Workspace.of(before.folderOf('service'), provider);
    test.after(() => Promise.all([own.remove(), before.remove(), now.remove()]));
    await own.apply();
    const keeps = (await own.state()).filter(({ type }) => /dynamodb_table|user_pool$/.test(type));
    expect(keeps).toHaveLength(2);
    await own.take(now.folderOf('service'));
    expect(emptied(await own.plan())).toEqual([]);
  });

  it('keeps both where the moves are declared', async () => {
    const moved: Moves = {
      'table "store"': { was: 'data', name: 'shop-<stage>-data' },
      'user-pool "people"': { was: 'sign-in', name: 'shop-<stage>-sign-in' },
    };
    expect(await planOf(declared({ table: 'store', pool: 'people' }), moved)).toEqual([]);
  });

  it('would delete a table whose declared move keeps another name', async () => {
    const moved: Moves = { 'table "store"': { was: 'data', name: 'shop-<stage>-store' } };
    expect(await planOf(declared({ table: 'store' }), moved)).toEqual([expect.stringMatching(/^aws_dynamodb_table\./)]);
  });
});
