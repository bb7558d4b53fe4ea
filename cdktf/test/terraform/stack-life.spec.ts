/** Each stack through Terraform's whole circle, against the stand-in provider: no account, no network. */
import { after, before, it, type TestContext } from 'node:test';
import { expect } from 'expect';
import { describeUnless } from '../../../test/fixtures/describe-unless.js';
import { DEV, PROD, synthesize, type Synthesis } from './synthesis.js';
import { noTerraform, startProvider, Workspace } from './terraform.js';

/** Everything that may be asked for, in a stage that may be taken down again. */
const WHOLE = { ...PROD, stage: 'staging' as const, protection: false };

describeUnless(noTerraform, 'Terraform on the stacks, at a provider whose state echoes the plan', () => {
  let synthesis: Synthesis;
  let dev: Synthesis;
  before(async () => {
    synthesis = await synthesize(WHOLE);
    dev = await synthesize({ ...DEV, region: WHOLE.region });
  });
  after(() => Promise.all([synthesis.remove(), dev.remove()]));

  /** An account that nobody has used yet: it is quicker than to destroy what the last test made. */
  const account = async (test: TestContext): Promise<(stack: string) => Promise<Workspace>> => {
    const provider = await startProvider([...synthesis.files, ...dev.files]);
    test.after(() => provider.stop());
    return async (stack) => {
      const workspace = await Workspace.of(stack, provider);
      test.after(() => workspace.remove());
      return workspace;
    };
  };

  const declaredIn = async (from: Synthesis, stack: string): Promise<number> =>
    Object.values((await from.jsonOf(stack)).resource ?? {}).flatMap(Object.keys).length;

  const STACKS = ['pipeline', 'service', 'state'];

  it('knows of every stack there is', () => {
    expect([...synthesis.stacks.keys()].sort()).toEqual(STACKS);
  });

  for (const stack of STACKS)
    it(`validates, plans and applies the ${stack} stack, and finds nothing more to do`, async (test) => {
      const workspace = await (await account(test))(synthesis.folderOf(stack));
      await workspace.must('validate');
      const declared = await declaredIn(synthesis, stack);
      const creations = (await workspace.plan()).filter(({ change }) => change.actions.includes('create'));
      expect(creations).toHaveLength(declared);
      expect(await workspace.apply()).toContain(`${declared} added, 0 changed, 0 destroyed`);
      expect(await workspace.plan()).toEqual([]);
      if (stack === 'state') {
        // It holds the states of all the others.
        expect((await workspace.run('destroy', '-auto-approve', '-no-color')).output).toContain('prevent_destroy');
        return;
      }
      expect(await workspace.destroy()).toContain(`${declared} destroyed`);
      expect(await workspace.state()).toEqual([]);
    });

  it('destroys a protected stage only once it is applied without its protection', async (test) => {
    const [kept, free] = [await synthesize(PROD), await synthesize({ ...PROD, protection: false })];
    test.after(() => Promise.all([kept.remove(), free.remove()]));
    const provider = await startProvider([...kept.files, ...free.files]);
    test.after(() => provider.stop());
    const workspace = await Workspace.of(kept.folderOf('service'), provider);
    test.after(() => workspace.remove());
    const declared = await declaredIn(kept, 'service');
    expect(await workspace.apply()).toContain(`${declared} added, 0 changed, 0 destroyed`);
    const { code, output } = await workspace.run('destroy', '-auto-approve', '-no-color');
    expect([code, output]).toEqual([1, expect.stringMatching(/prevent_destroy/)]);
    expect(await workspace.plan()).toEqual([]);
    await workspace.take(free.folderOf('service'));
    expect(await workspace.apply()).toMatch(/0 added, \d+ changed, 0 destroyed/);
    expect(await workspace.destroy()).toContain(`${declared} destroyed`);
    expect(await workspace.state()).toEqual([]);
  });

  it('makes two stages in one account, neither in the other’s way', async (test) => {
    const open = await account(test);
    for (const from of [synthesis, dev]) {
      const workspace = await open(from.folderOf('service'));
      expect(await workspace.apply()).toContain(`${await declaredIn(from, 'service')} added`);
    }
  });

  it('deploys the API anew when its pool is replaced, whose tokens the stage would else go on to ask for', async (test) => {
    const workspace = await (await account(test))(dev.folderOf('service'));
    await workspace.apply();
    const pool = (await workspace.state()).find(({ type }) => type === 'aws_cognito_user_pool');
    const { output } = await workspace.run('plan', '-no-color', `-replace=${pool?.address ?? ''}`);
    expect(output).toMatch(/aws_api_gateway_deployment\.\S+ must be replaced/);
  });

  it('deploys the API anew when a template of it changes, and puts the stage on the new deployment', async (test) => {
    const workspace = await (await account(test))(dev.folderOf('service'));
    await workspace.apply();
    const open = await synthesize({ ...DEV, region: WHOLE.region, authMode: 'open', corsOrigins: '*' });
    await workspace.take(open.folderOf('service'));
    await open.remove();
    const changes = (await workspace.plan()).map(({ type, change }) => `${type} ${change.actions.join(' and ')}`);
    expect(changes).toContain('aws_api_gateway_deployment create and delete');
    expect(changes).toContain('aws_api_gateway_stage update');
    expect(changes.filter((change) => /(rest_api|stage) .*delete/.test(change))).toEqual([]);
  });
});
