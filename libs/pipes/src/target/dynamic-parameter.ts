/**
 * A parameter of a target or an enrichment: a fixed text, or a path whose value is read from each event before the input
 * template. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-pipes-event-target.html (dynamic path parameters)
 */
import { must } from '../refusal.js';
import { parsePath, readPath } from '../template/json-path.js';

/** Reads the parameter for one event. @throws Error naming parameter and path when the event has no value there. */
export type DynamicParameter = (event: unknown) => string;

/**
 * @param field as AWS names it
 * @throws PipeValidationError for a path that Pipes does not understand, and for a text of the wrong length.
 */
export function dynamicParameter(field: string, value: string, maxLength: number): DynamicParameter {
  const fits = value.length >= 1 && value.length <= maxLength;
  must(fits, field, value, `it must have 1 to ${maxLength} characters`);
  if (!/^\$[.[]/.test(value)) return () => value;
  const read = dynamicPath(field, value);
  return (event) => {
    const found = read(event);
    return typeof found === 'string' ? found : JSON.stringify(found);
  };
}

/**
 * A parameter that can only be a path, with the value as it is in the event.
 * @throws PipeValidationError when it is none. The reader throws an Error when the event has no value there.
 */
export function dynamicPath(field: string, value: string): (event: unknown) => unknown {
  const path = parsePath(value);
  must(path !== undefined, field, value, 'it must be a whole JSON path such as $.dynamodb.Keys.PK.S');
  return (event) => {
    const found = path && readPath(path, event);
    if (found === undefined || found === null) throw new Error(`${field}: the event has nothing at ${value}`);
    return found;
  };
}
