/** Which domain names a certificate takes. */

/**
 * A full name without a wildcard, in any case, of up to 64 characters, as a certificate's first name has to be.
 * https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html
 */
export const isDomainName = (name: string): boolean =>
  /^(?=.{1,64}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])$/i.test(name);
