/** Where purchases are sent: a FIFO queue, one message group a purchase. */
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { readPurchaseQueueConfig } from '../../../libs/shared/src/config.js';
import { Problem } from '../../../libs/shared/src/errors.js';
import { newRequestId } from '../../../libs/shared/src/id.js';
import { type PurchaseEvent } from '../../../libs/shared/src/purchase.js';

export class PurchaseQueue {
  constructor(
    private readonly client: SQSClient,
    private readonly queueUrl: string,
  ) {}

  /** The queue that the environment names. @throws ConfigError */
  static open(): PurchaseQueue {
    const { queueUrl } = readPurchaseQueueConfig();
    // Three tries of two seconds stay below the function's ten; the deduplication id makes a lost reply safe.
    const requestHandler = { connectionTimeout: 1_000, requestTimeout: 2_000, throwOnRequestTimeout: true };
    return new PurchaseQueue(new SQSClient({ maxAttempts: 3, requestHandler }), queueUrl);
  }

  /** The message's id. @throws Problem QUEUE_UNAVAILABLE */
  async send(event: PurchaseEvent, requestId: string): Promise<string> {
    const command = new SendMessageCommand({
      QueueUrl: this.queueUrl,
      MessageBody: asciiJson(event),
      MessageGroupId: event.ProductPurchaseId,
      MessageDeduplicationId: newRequestId(),
      MessageAttributes: { requestId: { DataType: 'String', StringValue: requestId } },
    });
    try {
      const { MessageId = '' } = await this.client.send(command);
      return MessageId;
    } catch (cause) {
      throw new Problem('QUEUE_UNAVAILABLE', { cause });
    }
  }
}

/**
 * JSON whose strings escape all that is not ASCII: SQS refuses a few characters (U+FFFE, U+FFFF) that a purchase may hold.
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
 */
const asciiJson = (value: unknown): string =>
  JSON.stringify(value).replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
