/** Texts that cross a border: trimmed, bounded, and free of what terminals and databases choke on. */
import * as z from 'zod';

/** Control characters, NUL among them, surrogates without their other half, and what decoders put in place of such. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\ufffd]/u;

/** A trimmed, printable text of `min` to `max` characters. */
export const textSchema = (min: number, max: number): z.ZodString =>
  z
    .string()
    .trim()
    .min(min, `must have at least ${min} ${min === 1 ? 'character' : 'characters'}`)
    .max(max, `must have at most ${max} characters`)
    .refine((value) => !UNPRINTABLE.test(value), 'must not contain control characters or broken Unicode');

export const usernameSchema = z
  .string()
  .trim()
  .regex(/^[A-Za-z0-9._-]{2,64}$/, 'must be 2 to 64 letters, digits, dots, dashes or underscores')
  .meta({ example: 'john' });

/** A whole number in a query, 1 to 100. */
export const limitSchema = (otherwise: number): z.ZodType<number, string | undefined> =>
  z
    .string()
    .regex(/^(?:[1-9][0-9]?|100)$/, 'must be a whole number from 1 to 100')
    // A query is text; what the caller means is a number, so that is how it is described.
    .meta({ type: 'integer', minimum: 1, maximum: 100, pattern: undefined })
    .optional()
    .transform((text) => (text === undefined ? otherwise : Number(text)))
    .meta({ description: `How many at most, ${otherwise} if not given.`, example: otherwise });

/** A cursor as an earlier answer gave it; what is in it is checked where it is opened. */
export const nextTokenSchema = z
  .string()
  .max(1_000, 'must be the nextToken of an earlier answer')
  .optional()
  .meta({ description: 'nextToken of the answer before, for what comes after it.' });

/** A time as it is stored and shown: ISO 8601 in UTC. */
export const timeSchema: z.ZodString = z.string().meta({ format: 'date-time', example: '2026-11-21T09:30:00.000Z' });
