/** Each stack through Terraform's whole circle, against the stand-in provider: no account, no network. */
import { after, before, describe, it } from 'node:test';
import { expect } from 'expect';
import { synthesize, type Synthesis } from './synthesis.js';
import { noTerraform, startProvider, Workspace, type Provider } from './terraform.js';

describe('Terraform on the synthesized stacks', { skip: noTerraform }, () => {
  let synthesis: Synthesis;
  let provider: Provider;
  before(async () => {
    synthesis = await synthesize();
    provider = await startProvider(synthesis.files);
  });
  after(async () => {
    await provider.stop();
    await synthesis.remove();
  });

  for (const stack of ['service'])
    it(`validates, plans, applies, finds nothing more to do and destroys the ${stack} stack`, async () => {
      const workspace = await Workspace.of(synthesis.folderOf(stack), provider);
      try {
        await workspace.must('validate');
        const declared = Object.values((await synthesis.jsonOf(stack)).resource ?? {}).flatMap(Object.keys).length;
        const creations = (await workspace.plan()).filter(({ change }) => change.actions.includes('create'));
        expect(creations).toHaveLength(declared);
        expect(await workspace.apply()).toContain(`${declared} added, 0 changed, 0 destroyed`);
        expect(await workspace.plan()).toEqual([]);
        expect(await workspace.destroy()).toContain(`${declared} destroyed`);
        expect(await workspace.state()).toEqual([]);
      } finally {
        await workspace.remove();
      }
    });
});
