/** Faults on order: what AWS does now and then and emulators never do by themselves. */
import { awsError, type AwsResponse } from './aws-response.js';
import { type AwsRequest } from './aws-request.js';

export type Fault =
  /** Another transaction touches the same item. */
  | 'TransactionConflict'
  | 'Throttling'
  /** The operation takes effect, the connection is cut before the answer. */
  | 'LostReply'
  /** The service answers 503. */
  | 'Unavailable';

export interface FaultOrder {
  /** The signing name, such as `cognito-idp`; any service when absent. */
  service?: string;
  /** AWS's name, such as `TransactWriteItems`; any operation when absent. */
  operation?: string;
  fault: Fault;
  /** How many of the next matching calls; default 1. */
  times?: number;
}

export class Faults {
  private orders: (FaultOrder & { times: number })[] = [];

  order(order: FaultOrder): void {
    this.orders.push({ times: 1, ...order });
  }

  clear(): void {
    this.orders = [];
  }

  /** The fault due for this call, if any; counts it. */
  take(call: Pick<AwsRequest, 'service' | 'operation'>): Fault | undefined {
    const due = this.orders.find(
      ({ service = call.service, operation = call.operation }) =>
        service === call.service && operation === call.operation,
    );
    if (due === undefined) return undefined;
    due.times -= 1;
    if (due.times === 0) this.orders = this.orders.filter((order) => order !== due);
    return due.fault;
  }
}

/**
 * How AWS words a fault. https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
 */
export function faultResponse(fault: Exclude<Fault, 'LostReply'>, request: AwsRequest): AwsResponse {
  switch (fault) {
    case 'TransactionConflict':
      return transactionConflict(request);
    case 'Throttling':
      return awsError(request, 400, 'ThrottlingException', 'Rate of requests exceeds the allowed throughput.');
    case 'Unavailable':
      return awsError(request, 503, 'ServiceUnavailable', 'The service is unavailable, as ordered.');
  }
}

function transactionConflict(request: AwsRequest): AwsResponse {
  if (request.operation !== 'TransactWriteItems')
    return awsError(request, 400, 'TransactionConflictException', 'Transaction is ongoing for the item');
  const { TransactItems } = JSON.parse(request.body.toString()) as { TransactItems: unknown[] };
  const reasons = TransactItems.map((_, index) =>
    index === 0 ? { Code: 'TransactionConflict', Message: 'Transaction is ongoing for the item' } : { Code: 'None' },
  );
  const codes = reasons.map(({ Code }) => Code).join(', ');
  return awsError(
    request,
    400,
    'TransactionCanceledException',
    `Transaction cancelled, please refer cancellation reasons for specific reasons [${codes}]`,
    { CancellationReasons: reasons, Message: 'Transaction cancelled' },
  );
}
