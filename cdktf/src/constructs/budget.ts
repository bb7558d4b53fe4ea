/** A monthly budget that tells an address before it is spent. */
import { BudgetsBudget } from '../lib/aws.js';
import { Construct } from '../lib/cdk.js';

export interface BudgetProps {
  readonly name: string;
  /** USD a month. */
  readonly limit: number;
  readonly email: string;
  /**
   * Counts what carries it: one tag, since a budget takes several for alternatives. It has to be activated once in the console
   * (Billing, Cost allocation tags).
   */
  readonly tag: Readonly<Record<string, string>>;
}

/** https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_budgets_CreateBudget.html */
export class Budget extends Construct {
  constructor(scope: Construct, id: string, { name, limit, email, tag }: BudgetProps) {
    super(scope, id);
    const tell = { comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE', subscriberEmailAddresses: [email] };
    new BudgetsBudget(this, 'budget', {
      name,
      budgetType: 'COST',
      limitAmount: String(limit),
      limitUnit: 'USD',
      timeUnit: 'MONTHLY',
      costFilter: [{ name: 'TagKeyValue', values: Object.entries(tag).map(([key, value]) => `user:${key}$${value}`) }],
      notification: [
        { ...tell, threshold: 80, notificationType: 'ACTUAL' },
        { ...tell, threshold: 100, notificationType: 'FORECASTED' },
      ],
    });
  }
}
