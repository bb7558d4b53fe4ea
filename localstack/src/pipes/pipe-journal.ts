/** What the journal says of a pipe's events. */
import { type PipeEvent } from '../../../libs/pipes/src/pipe-event.js';
import { type StreamEvent } from '../../../libs/pipes/src/stream-event.js';
import { type Journal } from '../journal.js';
import { type RequestIdOf } from './request-id.js';

/** @param pipe the physical name */
export function journalPipeEvent(pipe: string, event: PipeEvent, journal: Journal, requestIdOf: RequestIdOf): void {
  const about = (record: StreamEvent): { eventId: string; requestId?: string } => {
    const requestId = requestIdOf(record);
    return { eventId: record.eventID, ...(requestId !== undefined && { requestId }) };
  };
  const aboutAll = (records: readonly StreamEvent[]): { eventIds: string[]; requestIds: string[] } => ({
    eventIds: records.map(({ eventID }) => eventID),
    requestIds: [...new Set(records.flatMap((record) => requestIdOf(record) ?? []))],
  });
  switch (event.type) {
    case 'stream-record': {
      const { eventName, dynamodb } = event.record;
      journal.record({ type: 'stream-record', pipe, ...about(event.record), eventName, keys: dynamodb.Keys });
      return;
    }
    case 'filter': {
      const { record, passed, reason } = event;
      journal.record({ type: 'filter', pipe, ...about(record), passed, reason });
      return;
    }
    case 'execution': {
      const { executionId, messageType: step, records, error } = event;
      const ids = aboutAll(records);
      journal.record({ type: 'pipe-step', pipe, executionId, step, ...ids, ...(error && { error: error.message }) });
      return;
    }
    case 'dead-letter':
    case 'discarded': {
      const { type, condition, envelope, records } = event;
      journal.record({ type, pipe, condition, ...aboutAll(records), envelope, records });
      return;
    }
    case 'state':
      // The states of a start and a stop are the stack's own doing; a reason tells that something went wrong.
      if (event.stateReason !== undefined)
        journal.record({ type: 'stack', what: `pipe ${pipe} is ${event.state}: ${event.stateReason}` });
      return;
    case 'warning':
      journal.record({ type: 'stack', what: `pipe ${pipe}, ${event.subject}: ${event.message}` });
      return;
  }
}
