/** What a reference to a resource is on AWS: a token that Terraform fills in once the resource exists. */
import { type Reference } from '../../../libs/topology/src/environment.js';
import { type MadeResources } from './made-resources.js';

export function referenceValue({ attribute, of }: Reference, made: MadeResources): string {
  switch (attribute) {
    case 'name':
      return made.of(of).resource.name;
    case 'arn':
      return made.of(of).arn;
    case 'url':
      return made.of(of).url;
    case 'issuer':
      return made.of(of).issuer;
    case 'keys':
      return `${made.of(of).issuer}/.well-known/jwks.json`;
    case 'client':
      return made.of(of).client.id;
    case 'id':
      return made.of(of).resource.id;
  }
}
