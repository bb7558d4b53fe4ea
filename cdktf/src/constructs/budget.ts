/** A monthly budget that tells an address before it is spent. */
import { BudgetsBudget } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';

export interface BudgetProps {
  readonly name: string;
  /** USD a month. */
  readonly limit: number;
  readonly email: string;
  /**
   * Counts what carries one of them: a budget takes several for alternatives. Their keys have to be activated once in the
   * console (Billing, Cost allocation tags).
   */
  readonly tags: readonly Readonly<Record<string, string>>[];
}

/** https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { name, limit, email, tags }: BudgetProps) {
    super(scope, id);
    const tell = { comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE', subscriberEmailAddresses: [email] };
    new BudgetsBudget(this, 'budget', {
      name,
      budgetType: 'COST',
      limitAmount: String(limit),
      limitUnit: 'USD',
      timeUnit: 'MONTHLY',
      costFilter: [
        {
          name: 'TagKeyValue',
          values: tags.flatMap(Object.entries<string>).map(([key, value]) => `user:${key}$${value}`),
        },
      ],
      notification: [
        { ...tell, threshold: 80, notificationType: 'ACTUAL' },
        { ...tell, threshold: 100, notificationType: 'FORECASTED' },
      ],
    });
  }
}
