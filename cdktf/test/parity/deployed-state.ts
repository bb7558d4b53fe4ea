/** What Terraform has applied, as its readers ask for it: by type, by one value, and by the system's own names. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { unzipSync } from 'fflate';
import { type StateResource } from '../terraform/terraform.js';
import { namesIn, type Logical } from './wording.js';

export type Values = StateResource['values'];

export class DeployedState {
  readonly logical: Logical;

  /** @param folder that Terraform ran in, from which the zips are found */
  constructor(
    private readonly state: readonly StateResource[],
    private readonly folder: string,
    system: string,
    stage: string,
  ) {
    this.logical = namesIn(`${system}-${stage}-`);
  }

  all(type: string): Values[] {
    return this.state
      .filter((resource) => resource.type === type && resource.mode === 'managed')
      .map(({ values }) => values);
  }

  one(type: string, key: string, value: unknown): Values | undefined {
    return this.all(type).find((values) => values[key] === value);
  }

  nameOf(values: Values, attribute = 'name'): string {
    return this.logical(String(values[attribute]));
  }

  /** SHA-256 of the bundle in a function's zip. */
  codeHash({ filename }: Values): string {
    const code = unzipSync(readFileSync(join(this.folder, String(filename))))['index.js'];
    return createHash('sha256')
      .update(code ?? '')
      .digest('hex');
  }
}
