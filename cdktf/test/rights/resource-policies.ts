/** Who the policies that stand at queues and topics of an applied state let in. */
import { valuesAt } from '../../src/check/rule.js';
import { type StateResource } from '../terraform/terraform.js';

const TYPES = ['aws_sns_topic_policy', 'aws_sqs_queue_policy'];

/** One principal's right at one resource. */
export interface LetIn {
  /** Terraform's type of the policy. */
  readonly type: string;
  /** `sns.amazonaws.com`, `root` for the account as such, which leaves it to the roles' own policies, else as it stands there. */
  readonly principal: string;
  readonly actions: readonly string[];
  /** Condition keys. */
  readonly conditions: readonly string[];
}

interface Statement {
  readonly Effect: string;
  readonly Principal: Readonly<Record<string, string | readonly string[]>> | string;
  readonly Action: string | readonly string[];
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

export const letIn = (state: readonly StateResource[]): LetIn[] =>
  state
    .filter(({ type }) => TYPES.includes(type))
    .flatMap(({ type, values }) =>
      (valuesAt(JSON.parse(String(values.policy)), 'Statement') as Statement[]).flatMap((statement) =>
        principalsOf(statement).map((principal) => ({
          type,
          principal,
          actions: [statement.Action].flat(),
          conditions: Object.values(statement.Condition ?? {}).flatMap((test) => Object.keys(test)),
        })),
      ),
    );

const principalsOf = ({ Effect, Principal }: Statement): string[] => {
  if (Effect !== 'Allow') return [];
  if (typeof Principal === 'string') return [Principal];
  return Object.values(Principal)
    .flat()
    .map((principal) => (/^arn:aws:iam::\d{12}:root$/.test(principal) ? 'root' : principal));
};
