/** Lets a request in when its token, or the mode, allows its route; and tells the handler who asks. */
import { createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { type Request, type Response } from 'express';
import { type ServiceConfig } from '../config.js';
import { localsOf } from '../http/request-context.js';
import { accessTo } from './access.js';
import { Caller } from './caller.js';
import { TokenVerifier } from './token-verifier.js';
import { Problem } from '../errors.js';

export class AuthGuard implements CanActivate {
  /** Undefined in open mode. */
  private readonly verifier: TokenVerifier | undefined;

  constructor(config: ServiceConfig) {
    this.verifier = config.authMode === 'open' ? undefined : new TokenVerifier(config.tokens);
  }

  /** @throws Problem UNAUTHORIZED, FORBIDDEN, SIGN_IN_UNAVAILABLE */
  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const access = accessTo(context.getClass(), context.getHandler());
    const caller = await this.callerOf(http.getRequest<Request>(), access === 'public');
    if (access === 'admin') caller.mustBeAdmin();
    localsOf(http.getResponse<Response>()).caller = caller;
    return true;
  }

  private async callerOf(request: Request, isPublic: boolean): Promise<Caller> {
    if (this.verifier === undefined) return Caller.ANYBODY;
    if (isPublic) return Caller.NOBODY;
    const caller = Caller.signedIn(await this.verifier.verify(request.headers.authorization));
    if (caller === undefined) throw new Problem('UNAUTHORIZED');
    return caller;
  }
}

/** Who makes the request. */
export const Calling: () => ParameterDecorator = createParamDecorator((_data: unknown, context: ExecutionContext) => {
  const { caller } = localsOf(context.switchToHttp().getResponse<Response>());
  // Without the guard nobody is anybody: a route must not open because it was left out.
  return caller ?? Caller.NOBODY;
});
