/** Which origins browsers may call from, as the environment and the settings of a deployment write them. */

/** What such a list has to be, as mistakes are told. */
export const CORS_ORIGINS_FORM = '*, empty, or origins such as https://shop.example separated by commas';

/** The members of a comma separated list; `*` alone where it is one of them, since it is every origin. */
export function originsIn(list: string): string[] {
  const members = membersOf(list);
  return members.includes('*') ? ['*'] : members;
}

/** Whether the pages of every origin may call. */
export const isAnyOrigin = (list: string): boolean => originsIn(list).includes('*');

/** Whether each member of a comma separated list is `*` or an origin as browsers send it. */
export const areOrigins = (list: string): boolean =>
  membersOf(list).every((member) => member === '*' || isOrigin(member));

const membersOf = (list: string): string[] =>
  list
    .split(',')
    .map((member) => member.trim())
    .filter((member) => member !== '');

/** A scheme, a host in lower case, and a port that is not the scheme's own. https://html.spec.whatwg.org/#ascii-serialisation-of-an-origin */
const isOrigin = (text: string): boolean =>
  /^https?:[^*]+$/.test(text) && URL.canParse(text) && new URL(text).origin === text;
