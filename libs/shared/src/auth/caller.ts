/** Who makes a request, and what is theirs. */
import { Problem } from '../errors.js';

/** Members may do everything. */
const ADMINS = 'apiAdmins';

export class Caller {
  private constructor(
    /** Undefined where nobody signs in. */
    readonly username: string | undefined,
    readonly isAdmin: boolean,
  ) {}

  /** In open mode everybody may do everything. */
  static readonly ANYBODY: Caller = new Caller(undefined, true);

  /** Who has sent no token, on a route that asks for none. */
  static readonly NOBODY: Caller = new Caller(undefined, false);

  /** @param claims of an ID token that was verified */
  static signedIn(claims: Readonly<Record<string, unknown>>): Caller | undefined {
    const username = claims['cognito:username'];
    if (typeof username !== 'string' || username === '') return undefined;
    return new Caller(username, groupsIn(claims['cognito:groups']).includes(ADMINS));
  }

  /** @throws Problem FORBIDDEN unless this is the user, or an admin */
  mustBe(username: string): void {
    if (!this.isAdmin && username !== this.username) throw new Problem('FORBIDDEN');
  }

  /** @throws Problem FORBIDDEN unless this is an admin */
  mustBeAdmin(): void {
    if (!this.isAdmin) throw new Problem('FORBIDDEN');
  }

  /**
   * Whose things a request is about: whom it names, else the caller; undefined is everybody's, for who may see that.
   * @throws Problem FORBIDDEN when it names somebody else, or names nobody and nobody has signed in
   */
  ownerNamed(username: string | undefined): string | undefined {
    if (username === undefined) {
      if (!this.isAdmin && this.username === undefined) throw new Problem('FORBIDDEN');
      return this.isAdmin ? undefined : this.username;
    }
    this.mustBe(username);
    return username;
  }
}

/** A token holds a list; API Gateway hands it on as `a,b` (REST) or `[a b]` (HTTP). */
function groupsIn(claim: unknown): string[] {
  if (Array.isArray(claim)) return claim.map(String);
  return typeof claim === 'string' ? claim.replace(/^\[(.*)\]$/, '$1').split(/[\s,]+/) : [];
}
