/**
 * Verifies the ID tokens of one issuer for one audience.
 * https://docs.aws.amazon.com/cognito/latest/developerguide/amazon-cognito-user-pools-using-tokens-verifying-a-jwt.html
 */
import { type JwtVerifier } from 'aws-jwt-verify/jwt-verifier';
import { Problem } from '../errors.js';

export interface TokenSettings {
  readonly issuer: string;
  readonly jwksUri: string;
  readonly audience: string;
}

export type Claims = Readonly<Record<string, unknown>>;

/** Milliseconds: a caller waits for the keys once, and they are small. */
const PATIENCE = 1_500;
const LARGEST_KEYS = 64 * 1024;

/** The keys could not be read: whether the token is good is not known. */
class KeysOutOfReach extends Error {
  override readonly name = 'KeysOutOfReach';
}

type Verifier = ReturnType<typeof JwtVerifier.create<{ issuer: string; audience: string; jwksUri: string }>>;

/** Keys are read when they are first needed, then when a token names one that is not among them, every 10 s at most. */
export class TokenVerifier {
  private loading: Promise<Verifier> | undefined;

  constructor(private readonly settings: TokenSettings) {}

  /**
   * The claims of the token in an Authorization header.
   * @throws Problem UNAUTHORIZED without a valid one, SIGN_IN_UNAVAILABLE when the keys are out of reach
   */
  async verify(authorization: string | undefined): Promise<Claims> {
    const [, token] = /^Bearer +([\w.~+/=-]+) *$/i.exec(authorization ?? '') ?? [];
    if (token === undefined) throw new Problem('UNAUTHORIZED');
    try {
      this.loading ??= load(this.settings);
      return await (await this.loading).verify(token);
    } catch (cause) {
      if (cause instanceof KeysOutOfReach) throw new Problem('SIGN_IN_UNAVAILABLE', { cause });
      // https://www.rfc-editor.org/rfc/rfc6750#section-3.1
      throw new Problem('UNAUTHORIZED', { cause, headers: { 'www-authenticate': 'Bearer error="invalid_token"' } });
    }
  }
}

/** The library is loaded by the first token: in open mode none comes. */
async function load(settings: TokenSettings): Promise<Verifier> {
  const [{ JwtVerifier }, { SimpleJwksCache }] = await Promise.all([
    import('aws-jwt-verify/jwt-verifier'),
    import('aws-jwt-verify/jwk'),
  ]);
  return JwtVerifier.create(
    {
      ...settings,
      customJwtCheck: ({ payload }) => {
        if (payload.token_use !== 'id') throw new Error('it is no ID token');
      },
    },
    { jwksCache: new SimpleJwksCache({ fetcher: { fetch: fetchKeys } }) },
  );
}

/** The library's own fetcher speaks https only; the local stack publishes its keys on the loopback address. */
async function fetchKeys(uri: string): Promise<ArrayBuffer> {
  try {
    const response = await fetch(uri, { redirect: 'error', signal: AbortSignal.timeout(PATIENCE) });
    if (!response.ok) throw new Error(`status ${response.status}`);
    const keys = await response.arrayBuffer();
    if (keys.byteLength > LARGEST_KEYS) throw new Error(`${keys.byteLength} bytes`);
    return keys;
  } catch (cause) {
    throw new KeysOutOfReach('The keys of the issuer cannot be read.', { cause });
  }
}
