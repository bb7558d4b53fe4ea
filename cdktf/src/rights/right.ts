/** What deploying resources of some types takes, in IAM's words. */
import { type Condition } from '../constructs/policy.js';

/** Where a system is deployed to, as ARNs name it. */
export interface RightsPlace {
  readonly region: string;
  readonly account: string;
  /** What every physical name opens with: `tabletop-dev`. */
  readonly prefix: string;
  /** `dev`, which API Gateway ends the names of its own logs with. */
  readonly stage: string;
  /** Of the stage's resources, where AWS names them by ids that nobody knows beforehand. */
  readonly tags: Readonly<Record<string, string>>;
  /** Of the policy that every role has to have for its boundary. */
  readonly boundaryArn: string;
  /** Of the zone that the API's own name is in. */
  readonly zoneId: string | undefined;
}

export interface Right {
  /** A denial stands above whatever else the role may do. */
  readonly effect?: 'Deny';
  /** What a plan asks. */
  readonly read: readonly string[];
  /** What an apply or a destroy does. */
  readonly write: readonly string[];
  readonly resources: readonly string[];
  readonly conditions?: readonly Condition[];
}

export interface ServiceRights {
  /** Terraform's types that these rights are for: those that open so. */
  readonly types: readonly string[];
  readonly of: (place: RightsPlace) => readonly Right[];
}

/** Puts the service before each operation: `sqs`, `CreateQueue`. */
export const inService = (service: string, ...operations: readonly string[]): string[] =>
  operations.map((operation) => `${service}:${operation}`);

/** Only what carries the stage's tags, or is to carry them. */
export const tagged = (
  { tags }: RightsPlace,
  key: 'aws:ResourceTag' | 'aws:RequestTag',
  test: 'StringEquals' | 'StringEqualsIfExists' = 'StringEquals',
): readonly Condition[] =>
  Object.entries(tags).map(([tag, value]) => ({ test, variable: `${key}/${tag}`, values: [value] }));

/** For what gives tags to a thing that AWS names: it has none yet or the stage's own, and is given the stage's. */
export const taggedAnew = (place: RightsPlace): readonly Condition[] => [
  ...tagged(place, 'aws:RequestTag'),
  ...tagged(place, 'aws:ResourceTag', 'StringEqualsIfExists'),
];

export const TAGGING = ['TagResource', 'UntagResource'] as const;
