/** Which images of LocalStack ask for a token. Also loaded as it is, without a build, by build/compose.ts. */

/** The last image that asks for none; docker-compose.yml and .env.example name it too. */
export const FREE_IMAGE = 'localstack/localstack:4.14.0';

/** Versions of LocalStack before they were named after years, however exact: `4`, `4.14`, `4.14.0-arm64`. */
const FREE_TAG = /^v?[0-4](\.\d+)*(-(amd64|arm64))?$/;

/**
 * Images of March 2026 and later do, and one without a tag is the latest. Undefined where the name does not tell, as with a
 * digest, or an image of somebody's own.
 */
export function asksForToken(image: string): boolean | undefined {
  if (image.includes('@')) return undefined;
  const [, tag = 'latest'] = /:([^/:]+)$/.exec(image) ?? [];
  const [, year = '0', month = '1'] = /^(20\d\d)\.(\d+)/.exec(tag) ?? [];
  if (tag === 'latest' || tag === 'stable' || Number(year) * 12 + Number(month) >= 2026 * 12 + 3) return true;
  return FREE_TAG.test(tag) ? false : undefined;
}
