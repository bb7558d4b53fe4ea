/** What the journal says of a pipe's events. */
import { type PipeEvent } from '../../../libs/pipes/src/pipe-event.js';
import { type StreamEvent } from '../../../libs/pipes/src/stream-event.js';
import { type Journal } from '../journal.js';
import { type RequestOfRecord } from './record-request.js';

/** @param pipe the physical name */
export function journalPipeEvent(pipe: string, event: PipeEvent, journal: Journal, requestOf: RequestOfRecord): void {
  const about = (record: StreamEvent): { eventId: string; requestId?: string } => {
    const requestId = requestOf(record);
    return { eventId: record.eventID, ...(requestId !== undefined && { requestId }) };
  };
  const aboutAll = (records: readonly StreamEvent[]): { eventIds: string[]; requestIds: string[] } => ({
    eventIds: records.map(({ eventID }) => eventID),
    requestIds: [...new Set(records.flatMap((record) => requestOf(record) ?? []))],
  });
  switch (event.type) {
    case 'stream-record': {
      const { eventName, dynamodb } = event.event;
      journal.record({ type: 'stream-record', pipe, ...about(event.event), eventName, keys: dynamodb.Keys });
      return;
    }
    case 'filter': {
      const { passed, reason } = event;
      journal.record({ type: 'filter', pipe, ...about(event.event), passed, reason });
      return;
    }
    case 'execution': {
      const { executionId, messageType: step, events, error } = event;
      const ids = aboutAll(events);
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
