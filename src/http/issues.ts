import type { z } from 'zod';
import { SERVER_LIMITS } from '../base/index.ts';

/** One thing wrong with a request: where, such as `query.limit`, and what. */
export interface RequestIssue {
  readonly path: string;
  readonly message: string;
}

const CHARACTERS_SHOWN = 200;

/** All issues of a part of a request, at most SERVER_LIMITS.issuesShown. */
export function requestIssues(part: string, error: z.ZodError): readonly RequestIssue[] {
  return error.issues
    .flatMap((issue) => flattened(issue))
    .slice(0, SERVER_LIMITS.issuesShown)
    .map(({ path, message }) => ({
      path: cut([part, ...path].map(String).join('.')),
      message: cut(message),
    }));
}

/** Of a union the variant that is missed by the least, the first of several. */
function flattened(issue: z.core.$ZodIssue): readonly z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const [first, ...others] = issue.errors;
  if (first === undefined) return [issue];
  const nearest = others.reduce((best, one) => (one.length < best.length ? one : best), first);
  return nearest.flatMap((inner) =>
    flattened({ ...inner, path: [...issue.path, ...inner.path] } as z.core.$ZodIssue),
  );
}

function cut(text: string): string {
  return text.length > CHARACTERS_SHOWN ? `${text.slice(0, CHARACTERS_SHOWN)}…` : text;
}
