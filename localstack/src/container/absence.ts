/** Why LocalStack may not answer, and the way out. */

/** The last image that asks for no token. */
const FREE_IMAGE = 'localstack/localstack:4.14.0';

/**
 * @param reason what the attempt met, such as ECONNREFUSED
 * @param seconds it has been away
 * @param environment LOCALSTACK_IMAGE, and LOCALSTACK_TOKEN_SET where a token is given
 */
export function absenceReason(
  url: string,
  reason: string,
  seconds: number,
  environment: { readonly LOCALSTACK_IMAGE?: string; readonly LOCALSTACK_TOKEN_SET?: string },
): string {
  const { LOCALSTACK_IMAGE: image = FREE_IMAGE, LOCALSTACK_TOKEN_SET: token = '' } = environment;
  const what = `LocalStack at ${url} has not answered for ${seconds} s (${reason}).`;
  if (image !== FREE_IMAGE && token === '')
    return (
      `${what} Its image is ${image}, and images from 2026.03 on end at once without LOCALSTACK_AUTH_TOKEN. ` +
      `Set the token, or leave LOCALSTACK_IMAGE out: ${FREE_IMAGE} is the last that needs none.`
    );
  return (
    `${what} See \`docker compose logs localstack\`; a container that ended with code 137 or 247 ran out of memory: ` +
    'raise its mem_limit, or give Docker more.'
  );
}
