/** What a call of Cognito's API was sent, member by member, checked as it is read. */
import { CognitoError } from './cognito-error.js';

const STANDARD = new Set([
  ...[
    'address',
    'birthdate',
    'email',
    'email_verified',
    'family_name',
    'gender',
    'given_name',
    'locale',
    'middle_name',
  ],
  ...['name', 'nickname', 'phone_number', 'phone_number_verified', 'picture', 'preferred_username', 'profile'],
  ...['updated_at', 'website', 'zoneinfo'],
]);
const LONGEST_ATTRIBUTE = 2048;

export class CognitoCall {
  private readonly members: Readonly<Record<string, unknown>>;

  /** @throws CognitoError InvalidParameterException when the body is no JSON object */
  constructor(body: Buffer) {
    const parsed = parse(body);
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed))
      throw invalid('The request is not a JSON object.');
    this.members = parsed as Record<string, unknown>;
  }

  /** @throws CognitoError InvalidParameterException when the member is missing, empty or no text */
  text(name: string): string {
    const value = this.members[name];
    if (typeof value !== 'string' || value === '') throw invalid(`${name} is required and must be a text.`);
    return value;
  }

  textOr<T extends string | undefined>(name: string, otherwise: T): string | T {
    return this.members[name] === undefined ? otherwise : this.text(name);
  }

  /** A name as Cognito takes it: 1 to 128 letters, marks, symbols, numbers and punctuation. */
  username(): string {
    const value = this.text('Username');
    if (!/^[\p{L}\p{M}\p{S}\p{N}\p{P}]{1,128}$/u.test(value))
      throw invalid("1 validation error detected: Value at 'username' failed to satisfy constraint.");
    return value;
  }

  flag(name: string): boolean {
    return this.members[name] === true;
  }

  /** A whole number within bounds. */
  count(name: string, [least, most]: readonly [number, number], otherwise: number): number {
    const value = this.members[name] ?? otherwise;
    if (typeof value !== 'number' || !Number.isInteger(value) || value < least || value > most)
      throw invalid(`${name} must be a whole number from ${least} to ${most}.`);
    return value;
  }

  /** The parameters of a sign-in. */
  parameters(): { get: (name: string) => string } {
    const given = (this.members.AuthParameters ?? {}) as Record<string, unknown>;
    return {
      get: (name) => {
        const value = given[name];
        if (typeof value !== 'string' || value === '') throw invalid(`Missing required parameter ${name}`);
        return value;
      },
    };
  }

  /**
   * `[{Name, Value}]` as a record.
   * @param own the pool's own attributes, without `custom:`
   */
  attributes(own: readonly string[]): Record<string, string> {
    const list = this.members.UserAttributes ?? [];
    if (!Array.isArray(list)) throw invalid('UserAttributes must be a list.');
    const read: Record<string, string> = {};
    for (const entry of list as ({ Name?: unknown; Value?: unknown } | null)[]) {
      const { Name, Value = '' } = entry ?? {};
      if (typeof Name !== 'string' || typeof Value !== 'string' || Value.length > LONGEST_ATTRIBUTE)
        throw invalid('UserAttributes must hold pairs of Name and Value, both texts of up to 2048 characters.');
      if (Name === 'sub') throw invalid('Attribute cannot be updated: sub.');
      if (!STANDARD.has(Name) && !own.some((name) => Name === `custom:${name}`))
        throw invalid(`Attributes did not conform to the schema: ${Name}: Attribute does not exist in the schema.`);
      read[Name] = Value;
    }
    return read;
  }
}

export const invalid = (message: string): CognitoError => new CognitoError('InvalidParameterException', message);

function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString()) as unknown;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
