/** The closed catalogue of errors, and the RFC 9457 documents they become. https://www.rfc-editor.org/rfc/rfc9457 */
import { STATUS_CODES } from 'node:http';

interface CatalogueEntry {
  readonly status: number;
  /** What happened and what to do about it, where the place that throws has nothing better to say. */
  readonly detail: string;
  /** Seconds, where trying again later helps. */
  readonly retryAfter?: number;
}

const CATALOGUE = {
  MALFORMED_REQUEST: { status: 400, detail: 'The request could not be read; check its path and headers.' },
  MALFORMED_JSON: { status: 400, detail: 'The body is not JSON in UTF-8; check quotes, commas and braces.' },
  BAD_CURSOR: {
    status: 400,
    detail: 'nextToken is damaged or belongs to another list; take it unchanged from the answer to the same query.',
  },
  UNAUTHORIZED: {
    status: 401,
    detail: 'The request carries no valid token; sign in and send the ID token as Authorization: Bearer.',
  },
  BAD_CREDENTIALS: { status: 401, detail: 'The name or the password is not right; check both.' },
  FORBIDDEN: { status: 403, detail: 'The token does not give the right to this; sign in as somebody who has it.' },
  ROUTE_NOT_FOUND: { status: 404, detail: 'Nothing is served at this path; the API description lists what there is.' },
  USER_NOT_FOUND: {
    status: 404,
    detail: 'There is no user of this name; register one, under a name that nobody has had.',
  },
  ORDER_NOT_FOUND: { status: 404, detail: 'There is no order of this id; take the id from the answer that placed it.' },
  PRODUCT_NOT_FOUND: { status: 404, detail: 'There is no product of this id; GET /products lists what there is.' },
  PURCHASE_NOT_FOUND: {
    status: 404,
    detail: 'There is no purchase of this id; a new one can be read a moment after it was sent.',
  },
  METHOD_NOT_ALLOWED: {
    status: 405,
    detail: 'This path does not take the method; the Allow header lists those it takes.',
  },
  USERNAME_TAKEN: { status: 409, detail: 'Transaction canceled: the username is taken; choose another.' },
  EMAIL_TAKEN: { status: 409, detail: 'Transaction canceled: the email belongs to another user; give another.' },
  ORDER_STATE: { status: 409, detail: 'The state of the order does not allow this; read the order again.' },
  CANCEL_WINDOW_OVER: {
    status: 409,
    detail: 'An order can be deleted for 10 minutes after it was placed; set its status to CANCELED instead.',
  },
  INSUFFICIENT_STOCK: { status: 409, detail: 'There is not enough of a product left; order less of it.' },
  IDEMPOTENCY_CONFLICT: {
    status: 409,
    detail: 'An order with other contents was placed under this key; send it again as it was, or take a new key.',
  },
  WRITE_CONFLICT: {
    status: 409,
    detail: 'Others write the same items at this moment; send the request again after the seconds in Retry-After.',
    retryAfter: 1,
  },
  STALE_VERSION: {
    status: 409,
    detail: 'The product was changed since it was read; read it again and send the version that it has now.',
  },
  BODY_TOO_LARGE: { status: 413, detail: 'The body is larger than 100 kB; send less.' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, detail: 'A body is taken as application/json only; set Content-Type to it.' },
  VALIDATION_FAILED: { status: 422, detail: 'Some fields are not valid; errors names each and says what it must be.' },
  INTERNAL: { status: 500, detail: 'The service failed; try again, and give requestId when you report it.' },
  QUEUE_UNAVAILABLE: {
    status: 503,
    detail: 'The queue is busy or out of reach; send the request again after the seconds in Retry-After.',
    retryAfter: 1,
  },
  SIGN_IN_UNAVAILABLE: {
    status: 503,
    detail: 'Sign-in is busy or out of reach; send the request again after the seconds in Retry-After.',
    retryAfter: 1,
  },
  TABLE_UNAVAILABLE: {
    status: 503,
    detail: 'The table is busy or out of reach; send the request again after the seconds in Retry-After.',
    retryAfter: 1,
  },
} as const satisfies Record<string, CatalogueEntry>;

export type ErrorCode = keyof typeof CATALOGUE;

/** The codes in the order of the catalogue. */
export const ERROR_CODES = Object.keys(CATALOGUE) as ErrorCode[];

/** One wrong field of a request. */
export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** The body of every failed answer, sent as application/problem+json. */
export interface ProblemDocument {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ErrorCode;
  readonly requestId: string;
  readonly errors?: readonly FieldError[];
}

export interface ProblemOptions {
  /** Replaces the catalogue's text; ends with the way out. */
  detail?: string;
  errors?: readonly FieldError[];
  headers?: Readonly<Record<string, string>>;
  cause?: unknown;
}

/** An error that the caller is told about; anything else that is thrown is told as INTERNAL. */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly status: number;
  readonly detail: string;
  readonly errors: readonly FieldError[] | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    readonly code: ErrorCode,
    options: ProblemOptions = {},
  ) {
    super(code, { cause: options.cause });
    const entry: CatalogueEntry = CATALOGUE[code];
    this.status = entry.status;
    this.detail = options.detail ?? entry.detail;
    this.errors = options.errors;
    this.headers = {
      ...(entry.retryAfter && { 'retry-after': String(entry.retryAfter) }),
      // https://www.rfc-editor.org/rfc/rfc9110#section-15.5.2
      ...(entry.status === 401 && { 'www-authenticate': 'Bearer' }),
      ...options.headers,
    };
  }

  /**
   * The document to send. Its type is about:blank, so its title is the status's own phrase (RFC 9457, section 4.2.1);
   * `code` tells problems of one status apart.
   */
  toDocument(requestId: string): ProblemDocument {
    const { status, detail, code, errors } = this;
    const title = PHRASES[status] ?? STATUS_CODES[status] ?? 'Error';
    return { type: 'about:blank', title, status, detail, code, requestId, ...(errors && { errors }) };
  }
}

/** Phrases that HTTP has renamed since Node's list was written. https://www.rfc-editor.org/rfc/rfc9110#section-15.5 */
const PHRASES: Readonly<Record<number, string>> = { 413: 'Content Too Large', 422: 'Unprocessable Content' };

/** The status a code is answered with. */
export const statusOf = (code: ErrorCode): number => CATALOGUE[code].status;
