import { FLOW_TEXT_LIMITS } from '../../base/index.ts';
import { AppError, type Place } from '../../errors/index.ts';

/** The document is nested deeper than FLOW_TEXT_LIMITS.depth. */
export function tooDeep(place: Place): AppError {
  const message = `lists and maps are nested more than ${FLOW_TEXT_LIMITS.depth} levels deep`;
  return new AppError('YAML_TOO_DEEP', { message, place });
}

/**
 * The document has more values than FLOW_TEXT_LIMITS.documentNodes, aliases counted at each use.
 */
export function tooManyNodes(place: Place): AppError {
  const message = `the document has more than ${FLOW_TEXT_LIMITS.documentNodes} values`;
  const remedy = 'Split the flow, or read large data from a file.';
  return new AppError('YAML_TOO_MANY_NODES', { message, remedy, place });
}

/** The document uses more aliases than FLOW_TEXT_LIMITS.aliases. */
export function tooManyAliases(place: Place): AppError {
  const message = `the document uses more than ${FLOW_TEXT_LIMITS.aliases} aliases`;
  return new AppError('YAML_TOO_MANY_ALIASES', { message, place });
}
