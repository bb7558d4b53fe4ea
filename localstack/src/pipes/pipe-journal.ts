/** What the journal says of a pipe's events. */
import { type PipeEvent } from '../../../libs/pipes/src/pipe-event.js';
import { type Journal } from '../journal.js';

/** @param pipe the physical name */
export function journalPipeEvent(pipe: string, event: PipeEvent, journal: Journal): void {
  switch (event.type) {
    case 'stream-record': {
      const { eventId, eventName, keys } = event;
      journal.record({ type: 'stream-record', pipe, eventId, eventName, keys });
      return;
    }
    case 'filter': {
      const { eventId, passed, reason } = event;
      journal.record({ type: 'filter', pipe, eventId, passed, reason });
      return;
    }
    case 'execution': {
      const { executionId, messageType: step, eventIds, error } = event;
      journal.record({
        type: 'pipe-step',
        pipe,
        executionId,
        step,
        eventIds,
        ...(error && { error: error.message }),
      });
      return;
    }
    case 'dead-letter':
    case 'discarded': {
      const { type, condition, envelope, records } = event;
      const eventIds = records.map(({ eventID }) => eventID);
      journal.record({ type, pipe, condition, eventIds, envelope, records });
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
