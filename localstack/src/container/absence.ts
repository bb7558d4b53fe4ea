/** Why LocalStack may not answer, and the way out. */
import { asksForToken, FREE_IMAGE } from './localstack-image.js';

/** What the endpoint is told of LocalStack's container. */
export interface ImageFacts {
  readonly LOCALSTACK_IMAGE?: string;
  /** Not empty where a token is given. */
  readonly LOCALSTACK_TOKEN_SET?: string;
}

/** Whether the image may be one that ends at once, for want of a token. */
export const lacksToken = ({ LOCALSTACK_IMAGE = FREE_IMAGE, LOCALSTACK_TOKEN_SET = '' }: ImageFacts): boolean =>
  asksForToken(LOCALSTACK_IMAGE) !== false && LOCALSTACK_TOKEN_SET === '';

/** A container that is started again says nothing of its end. */
export const MEMORY_HINT =
  '; a container that ended with code 137 or 247 may have run out of memory: raise its limit (LOCALSTACK_MEMORY), or give Docker more';

/**
 * @param reason what the attempt met, such as ECONNREFUSED
 * @param seconds it has been away
 */
export function absenceReason(url: string, reason: string, seconds: number, environment: ImageFacts): string {
  const what = `LocalStack at ${url} has not answered for ${seconds} s (${reason}).`;
  if (lacksToken(environment))
    return (
      `${what} Its image is ${environment.LOCALSTACK_IMAGE}, and images from 2026.03 on end at once without LOCALSTACK_AUTH_TOKEN. ` +
      `Set the token, or leave LOCALSTACK_IMAGE out: ${FREE_IMAGE} is the last that needs none.`
    );
  return `${what} See \`docker compose logs localstack\`${MEMORY_HINT}`;
}
