/**
 * Tables and user pools that were declared under another name, each with the name that it keeps on AWS, so that a new name
 * in the topology does not empty it. An entry stays for as long as what it names. For example:
 * `'table "store"': { was: 'data', name: 'tabletop-<stage>-data' }`
 */
import { type Moves } from '../stacks/stateful-names.js';

export const moves: Moves = {};
