/** What a reference to a resource is in the local stack. */
import { type Reference } from '../../libs/topology/src/environment.js';
import { type Resource } from '../../libs/topology/src/model.js';
import { queueUrl, topicArn } from './account.js';
import { issuerOf, jwksUri, userPoolClientId, userPoolId } from './identity/pool-settings.js';

export interface LocalPlace {
  /** Of the system. */
  readonly name: string;
  /** The AWS endpoint's origin. */
  readonly endpoint: string;
  readonly physicalName: (resource: Resource) => string;
}

export function localReference({ attribute, of }: Reference, { name, endpoint, physicalName }: LocalPlace): string {
  switch (attribute) {
    case 'name':
      return physicalName(of);
    case 'arn':
      return topicArn(physicalName(of));
    case 'url':
      return queueUrl(endpoint, physicalName(of));
    case 'issuer':
      return issuerOf(userPoolId(name));
    case 'keys':
      return jwksUri(endpoint, userPoolId(name));
    case 'client':
      return userPoolClientId(name);
    case 'id':
      return userPoolId(name);
  }
}
