import { TEMPLATE_LIMITS } from '../../../base/index.ts';
import { refusal } from './refusal.ts';
import { current, type TokenStream } from './token-stream.ts';
import type { At } from './tree.ts';

/** Runs `parse` one level deeper. Throws TEMPLATE_TOO_LARGE beyond the limit. */
export function deeper<Result>(stream: TokenStream, parse: () => Result): Result {
  enter(stream);
  const result = parse();
  stream.depth -= 1;
  return result;
}

/** One level deeper, for callers that come back by themselves. Throws TEMPLATE_TOO_LARGE. */
export function enter(stream: TokenStream): void {
  stream.depth += 1;
  if (stream.depth > TEMPLATE_LIMITS.depth) throw tooDeep(current(stream));
}

/** The error for nesting beyond TEMPLATE_LIMITS.depth. */
export function tooDeep(at: At): Error {
  return refusal('TEMPLATE_TOO_LARGE', at, {
    message: `the template is nested more than ${TEMPLATE_LIMITS.depth} levels deep here`,
    remedy: 'Compute parts of it first, with {% set %} or in an earlier node.',
  });
}
