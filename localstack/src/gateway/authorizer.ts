/**
 * The authorizer of an API's routes: a Cognito user pool's.
 * https://docs.aws.amazon.com/apigateway/latest/developerguide/apigateway-integrate-with-cognito.html
 */
import { type Claims, type TokenVerifier } from '../../../libs/shared/src/auth/token-verifier.js';
import { Problem } from '../../../libs/shared/src/errors.js';
import { type GatewayResponseType } from '../../../libs/topology/src/model.js';

/** What a token says, as `requestContext.authorizer.claims` has it: every value a text. */
export type TextClaims = Readonly<Record<string, string>>;

/** The claims of a request's token, or the answer that the API gives instead of its function's. */
export async function authorize(
  verifier: TokenVerifier,
  authorization: string | undefined,
): Promise<{ claims: TextClaims } | { refusal: GatewayResponseType }> {
  try {
    return { claims: textOf(await verifier.verify(authorization)) };
  } catch (error) {
    if (!(error instanceof Problem)) throw error;
    return { refusal: error.code === 'UNAUTHORIZED' ? 'UNAUTHORIZED' : 'AUTHORIZER_FAILURE' };
  }
}

/** A list becomes `a,b`, and these times `Fri Jul 29 18:52:53 UTC 2016`, as API Gateway writes them. */
const textOf = (claims: Claims): TextClaims =>
  Object.fromEntries(
    Object.entries(claims).map(([name, value]) => {
      if (name === 'exp' || name === 'iat') return [name, dateOf(Number(value))];
      return [name, Array.isArray(value) ? value.join(',') : String(value)];
    }),
  );

function dateOf(seconds: number): string {
  // `Fri, 29 Jul 2016 18:52:53 GMT`
  const [, weekday, day, month, year, time] =
    /^(\w+), (\d+) (\w+) (\d+) ([\d:]+)/.exec(new Date(seconds * 1000).toUTCString()) ?? [];
  return `${weekday} ${month} ${day} ${time} UTC ${year}`;
}
