/** The rules of products: pure. */
import { Problem } from '../../../libs/shared/src/errors.js';

/**
 * The version that an edit is meant for, named in the body, in If-Match, or in neither.
 * @throws Problem VALIDATION_FAILED when the two differ
 */
export function wantedVersion(inBody: number | undefined, inHeader: number | undefined): number | undefined {
  if (inBody !== undefined && inHeader !== undefined && inBody !== inHeader)
    throw new Problem('VALIDATION_FAILED', {
      errors: [{ field: 'version', message: 'must be equal to If-Match if both are given' }],
    });
  return inBody ?? inHeader;
}
