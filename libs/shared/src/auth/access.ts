/** Who may ask for a route: said beside it, enforced by the guard, told in the OpenAPI document. */
import { SetMetadata, type CustomDecorator, type Type } from '@nestjs/common';

/** `signed-in` where nothing is said; what is the owner's alone is decided by the handler, which knows whose it is. */
export type Level = 'public' | 'signed-in' | 'admin';

const ACCESS = 'tabletop:access';

/** Of a route, or of all routes of a controller. */
export const Access = (level: Level): CustomDecorator => SetMetadata(ACCESS, level);

export const accessTo = (controller: Type, handler: object): Level =>
  (Reflect.getMetadata(ACCESS, handler) ?? Reflect.getMetadata(ACCESS, controller) ?? 'signed-in') as Level;
