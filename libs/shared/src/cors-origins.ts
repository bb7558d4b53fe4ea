/** Which origins browsers may call from, as the environment and the settings of a deployment write them. */

/** What such a list has to be, as mistakes are told. */
export const CORS_ORIGINS_FORM = '*, empty, or origins such as https://shop.example separated by commas';

const ORIGIN = /^https?:\/\/[^/\s]+$/;

/** The members of a comma separated list. */
export const originsIn = (list: string): string[] =>
  list
    .split(',')
    .map((origin) => origin.trim())
    .filter((origin) => origin !== '');

/** Whether each is `*` or an origin: a scheme and a host, with no path. */
export const areOrigins = (origins: readonly string[]): boolean =>
  origins.every((origin) => origin === '*' || ORIGIN.test(origin));
