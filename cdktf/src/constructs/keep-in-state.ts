/** A plain id in Terraform's state for what must outlive its declaration's changes. */
import { type TerraformResource } from '../lib/cdk.js';

/**
 * Names a resource by its id alone: cdktf's own ids change with the construct's place.
 * @param movedFrom the id that it had before
 */
export function keepInState(resource: TerraformResource, id: string, movedFrom: string | undefined): void {
  resource.overrideLogicalId(id);
  if (movedFrom !== undefined && movedFrom !== id)
    resource.moveFromId(`${resource.terraformResourceType}.${movedFrom}`);
}
