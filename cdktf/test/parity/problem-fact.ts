/** A problem document, in the one form in which both sides show it. */

export const REQUEST_ID = 'request-id-0';

export interface ProblemFact {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** HTTP's own headers, and the one that API Gateway sends whatever is declared. */
const NOT_DECLARED = ['connection', 'content-length', 'date', 'keep-alive', 'transfer-encoding', 'x-amzn-requestid'];

/** What a caller gets. */
export async function askedFor(url: string, request: RequestInit = {}): Promise<ProblemFact> {
  const answer = await fetch(url, { ...request, headers: { 'x-request-id': REQUEST_ID } });
  const headers = [...answer.headers].filter(([name]) => !NOT_DECLARED.includes(name));
  return problemFact(answer.status, Object.fromEntries(headers), await answer.text(), REQUEST_ID);
}

/** @param requestId as it stands in headers and body */
export function problemFact(
  status: number,
  headers: Readonly<Record<string, string>>,
  body: string,
  requestId: string,
): ProblemFact {
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.replace(requestId, '<id>')]);
  return {
    status,
    headers: Object.fromEntries(named) as Record<string, string>,
    body: JSON.parse(body.replace(requestId, '<id>')),
  };
}
