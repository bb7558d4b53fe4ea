import { describe, it } from 'node:test';
import { expect } from 'expect';
import { Caller } from './caller.js';

const john = Caller.signedIn({ 'cognito:username': 'john' });
const root = Caller.signedIn({ 'cognito:username': 'root', 'cognito:groups': ['others', 'apiAdmins'] });
const FORBIDDEN = expect.objectContaining({ code: 'FORBIDDEN' }) as unknown as Error;

describe('a caller', () => {
  it('is asked about their own things where nobody is named, and an admin about everybody’s', () => {
    expect([john?.ownerNamed(undefined), root?.ownerNamed(undefined)]).toEqual(['john', undefined]);
    expect([john?.ownerNamed('john'), root?.ownerNamed('john')]).toEqual(['john', 'john']);
    expect(() => john?.ownerNamed('jane')).toThrow(FORBIDDEN);
    expect(Caller.ANYBODY.ownerNamed(undefined)).toBeUndefined();
  });

  it('who sent no token has nothing of their own, and sees nothing of others', () => {
    expect(() => Caller.NOBODY.ownerNamed(undefined)).toThrow(FORBIDDEN);
    expect(() => Caller.NOBODY.ownerNamed('john')).toThrow(FORBIDDEN);
    expect(() => Caller.NOBODY.mustBe('john')).toThrow(FORBIDDEN);
    expect(() => Caller.NOBODY.mustBeAdmin()).toThrow(FORBIDDEN);
  });

  it('is an admin by the group apiAdmins, wherever it stands and however the claim is written', () => {
    const isAdmin = (groups: unknown): boolean | undefined =>
      Caller.signedIn({ 'cognito:username': 'x', 'cognito:groups': groups })?.isAdmin;
    for (const groups of [['apiAdmins'], ['a', 'apiAdmins', 'b'], 'apiAdmins', 'a,apiAdmins', '[a apiAdmins]'])
      expect([groups, isAdmin(groups)]).toEqual([groups, true]);
    for (const groups of [undefined, [], ['apiadmins'], 'notapiAdmins', ['apiAdmins2'], 5, null, { 0: 'apiAdmins' }])
      expect([groups, isAdmin(groups)]).toEqual([groups, false]);
  });

  it('is nobody without a name in the token', () => {
    for (const name of [undefined, '', 5, ['john']])
      expect(Caller.signedIn({ 'cognito:username': name })).toBeUndefined();
  });
});
