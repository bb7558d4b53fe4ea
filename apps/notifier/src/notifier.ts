/** Publishes each order event once: claim it, publish it, mark it sent. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type Logger } from '@aws-lambda-powertools/logger';
import { type MessageAttributeValue, PublishCommand, type SNSClient } from '@aws-sdk/client-sns';
import { newRequestId } from '../../../libs/shared/src/id.js';
import { describeError } from '../../../libs/shared/src/logger.js';
import { type IdempotencyRepository } from '../../../libs/shared/src/table/idempotency.repository.js';
import {
  keysOf,
  orderEventIn,
  recordIdOf,
  requestIdIn,
  subjectOf,
  UnreadableRecordError,
  type OrderEvent,
} from './order-event.js';

/** Milliseconds to wait beyond a dead run's deadline, and those that a run keeps to publish, mark and answer. */
const AFTER_DEADLINE = 20;
const TO_FINISH = 1_000;
/** Milliseconds after which a held event is looked at again: a run that lives is done by then. */
const LOOK_AGAIN = 250;

/**
 * The records that failed, by their `eventID`; all others were handled.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-batching-concurrency.html
 */
export interface BatchResult {
  batchItemFailures: { itemIdentifier: string }[];
}

/** The time as a run of the function sees it. */
export interface RunTime {
  readonly now: () => Date;
  /** Milliseconds until the run is ended. */
  readonly remaining: () => number;
}

export interface NotifierParts {
  readonly claims: IdempotencyRepository;
  readonly topic: { readonly client: SNSClient; readonly arn: string };
  readonly logger: Logger;
}

/** Thrown when another run holds an event for longer than this run may wait. */
class HeldError extends Error {
  override readonly name = 'HeldError';
}

export class Notifier {
  constructor(private readonly parts: NotifierParts) {}

  /**
   * Handles a batch. Records of one customer go one after another, in their order; customers side by side. After a record
   * that failed, later records of the same order are reported too, so that its events stay in order when they come again.
   */
  async handle(records: readonly unknown[], time: RunTime): Promise<BatchResult> {
    const owner = newRequestId();
    const partitions = new Map<string, unknown[]>();
    for (const record of records) {
      const { partition } = keysOf(record);
      partitions.set(partition, [...(partitions.get(partition) ?? []), record]);
    }
    const failed = new Set<unknown>();
    await Promise.all(
      [...partitions.values()].map((ofCustomer) => this.handleInOrder(ofCustomer, owner, time, failed)),
    );
    const failures = records
      .filter((record) => failed.has(record))
      .map((record) => ({ itemIdentifier: recordIdOf(record) }));
    const requestIds = [...new Set(records.flatMap((record) => requestIdIn(record) ?? []))];
    this.parts.logger.info('batch', { records: records.length, failed: failures.length, requestIds });
    return { batchItemFailures: failures };
  }

  private async handleInOrder(
    records: readonly unknown[],
    owner: string,
    time: RunTime,
    failed: Set<unknown>,
  ): Promise<void> {
    const stopped = new Set<string>();
    for (const record of records) {
      const { item } = keysOf(record);
      if (!stopped.has(item) && (await this.succeeds(record, owner, time))) continue;
      stopped.add(item);
      failed.add(record);
    }
  }

  private async succeeds(record: unknown, owner: string, time: RunTime): Promise<boolean> {
    const ids = { recordId: recordIdOf(record), requestId: requestIdIn(record) };
    try {
      const event = orderEventIn(record);
      if (event) await this.sendOnce(event, owner, time);
      return true;
    } catch (error) {
      const reason = error instanceof UnreadableRecordError || error instanceof HeldError ? error.message : 'failed';
      this.parts.logger.error('record failed', { ...ids, reason, ...describeError(error) });
      return false;
    }
  }

  private async sendOnce(event: OrderEvent, owner: string, time: RunTime): Promise<void> {
    const { claims, logger } = this.parts;
    const { eventId, requestId } = event;
    const key = `notifier#${eventId}`;
    if (!(await this.claim(key, owner, time))) return;
    try {
      await this.publish(event);
      logger.info('event sent', { eventId, requestId });
    } catch (error) {
      // Given back, so that the next delivery need not wait for this run's deadline.
      await claims
        .release(key, owner)
        .catch((cause: unknown) => logger.warn('claim kept', { eventId, requestId, ...describeError(cause) }));
      throw error;
    }
    try {
      await claims.markDone(key, owner);
    } catch (error) {
      // The message is out; reporting the record would only send it again.
      logger.warn('event not marked as sent', { eventId, requestId, ...describeError(error) });
    }
  }

  /** True when this run may publish, false when it was done before. @throws HeldError */
  private async claim(key: string, owner: string, { now, remaining }: RunTime): Promise<boolean> {
    for (;;) {
      const at = now();
      const result = await this.parts.claims.claim({ key, owner, now: at, deadline: at.getTime() + remaining() });
      switch (result.outcome) {
        case 'claimed':
          return true;
        case 'done':
          return false;
        case 'held': {
          // The run that holds it works on it, or was killed. Failing at once would use up the pipe's retries while the
          // claim of a dead run is fresh, so this run waits as long as it can, and the next one finds the claim free.
          const wait = result.until + AFTER_DEADLINE - now().getTime();
          const patience = remaining() - TO_FINISH;
          if (patience <= 0) throw new HeldError('another run holds the event');
          await sleep(Math.max(1, Math.min(wait, patience, LOOK_AGAIN)));
        }
      }
    }
  }

  private async publish(event: OrderEvent): Promise<void> {
    const { client, arn } = this.parts.topic;
    const { type, eventId, requestId } = event;
    await client.send(
      new PublishCommand({
        TopicArn: arn,
        Subject: subjectOf(event),
        Message: JSON.stringify(event),
        MessageAttributes: { eventType: text(type), eventId: text(eventId), requestId: text(requestId) },
      }),
    );
  }
}

const text = (value: string): MessageAttributeValue => ({ DataType: 'String', StringValue: value });
