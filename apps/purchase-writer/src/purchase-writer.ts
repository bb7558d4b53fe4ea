/** Writes purchases from the queue to the table, message by message, in the order of each purchase. */
import { type Logger } from '@aws-lambda-powertools/logger';
import { type SQSBatchResponse, type SQSRecord } from 'aws-lambda';
import { describeError } from '../../../libs/shared/src/logger.js';
import { purchaseEventSchema, type PurchaseEvent } from '../../../libs/shared/src/purchase.js';
import { type PurchaseRepository } from '../../../libs/shared/src/table/purchase.repository.js';

/** A message that cannot become readable by coming again. */
class UnreadableMessageError extends Error {
  override readonly name = 'UnreadableMessageError';
}

export class PurchaseWriter {
  constructor(
    private readonly purchases: PurchaseRepository,
    private readonly logger: Logger,
  ) {}

  /**
   * Handles a batch. Events of one purchase go one after another; purchases side by side. After a failure the later
   * events of the same purchase are reported too, so that they come again behind it.
   * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#services-sqs-batchfailurereporting
   */
  async handle(messages: readonly SQSRecord[]): Promise<SQSBatchResponse> {
    const groups = new Map<string, SQSRecord[]>();
    for (const message of messages) {
      const group = message.attributes.MessageGroupId ?? message.messageId;
      groups.set(group, [...(groups.get(group) ?? []), message]);
    }
    const failed = (await Promise.all([...groups.values()].map((group) => this.handleInOrder(group)))).flat();
    const requestIds = [...new Set(messages.flatMap((message) => requestIdOf(message) ?? []))];
    this.logger.info('batch', { messages: messages.length, failed: failed.length, requestIds });
    return { batchItemFailures: failed.map(({ messageId }) => ({ itemIdentifier: messageId })) };
  }

  /** The messages from the first failure on. */
  private async handleInOrder(messages: readonly SQSRecord[]): Promise<readonly SQSRecord[]> {
    for (const [at, message] of messages.entries()) if (!(await this.succeeds(message))) return messages.slice(at);
    return [];
  }

  private async succeeds(message: SQSRecord): Promise<boolean> {
    const { messageId } = message;
    const requestId = requestIdOf(message);
    try {
      const event = eventIn(message);
      const { action, ProductPurchaseId } = event;
      const outcome = await this.purchases.apply(event);
      const line = { messageId, requestId, action, purchaseId: ProductPurchaseId, outcome };
      if (outcome === 'applied') this.logger.info('purchase', line);
      else this.logger.warn('event without effect', line);
      return true;
    } catch (error) {
      this.logger.error('message failed', { messageId, requestId, ...describeError(error) });
      return false;
    }
  }
}

/** The id of the request that sent the message. */
const requestIdOf = ({ messageAttributes }: SQSRecord): string | undefined => messageAttributes.requestId?.stringValue;

/** @throws UnreadableMessageError */
function eventIn({ body }: SQSRecord): PurchaseEvent {
  try {
    return purchaseEventSchema.parse(JSON.parse(body));
  } catch (cause) {
    throw new UnreadableMessageError('The message is no event of a purchase.', { cause });
  }
}
