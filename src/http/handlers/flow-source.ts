import type { Principal } from '../../auth/index.ts';
import { ACCESS_LIMITS, isMap, type ValueMap } from '../../base/index.ts';
import type { Problem } from '../../contract/index.ts';
import { sha256Hex } from '../../crypto/index.ts';
import { AppError } from '../../errors/index.ts';
import {
  type Compiled,
  formatOf,
  type Grants,
  type Plan,
  type TextFormat,
} from '../../language/index.ts';
import type { FlowDraft } from '../../store/index.ts';
import { refuseTooHigh } from './flow-grants.ts';
import { problemView } from './flow-view.ts';

/** The text of a flow and what it is written in. */
export interface FlowSource {
  readonly source: string;
  readonly format: TextFormat;
}

/** Turns text into a plan, or says what is wrong; handed in, since it knows all node types. */
export type CompileSource = (source: FlowSource) => Compiled;

/** The text that a body gives, or the JSON of the definition that it gives. */
export function sourceOf(
  body:
    | { readonly source: string; readonly format: 'auto' | TextFormat }
    | { readonly content: string }
    | object,
  given: ValueMap,
): FlowSource {
  if ('source' in body) {
    const { source, format } = body;
    return { source, format: format === 'auto' ? formatOf(source) : format };
  }
  if ('content' in body) return { source: body.content, format: formatOf(body.content) };
  const { definition } = given;
  return { source: JSON.stringify(isMap(definition) ? definition : {}, null, 2), format: 'json' };
}

/**
 * What a version is saved as. Errors: FLOW_INVALID with all problems in details.problems,
 * FLOW_TOO_LARGE; BODY_INVALID for a name or description that no list could show; GRANT_TOO_HIGH
 * where the text uses what its author may not grant.
 */
export function draftOf(
  source: FlowSource,
  compile: CompileSource,
  by: {
    readonly principal: Pick<Principal, 'id' | 'permissions'>;
    readonly at: number;
    readonly restoredFrom?: number;
  },
): {
  readonly draft: FlowDraft & { readonly grants: Grants };
  readonly problems: readonly Problem[];
} {
  const { plan, problems } = compile(source);
  refuseTooLarge(problems);
  if (plan === undefined) throw badLabels(problems) ?? invalidFlow(problems);
  const labels = labelsOf(plan);
  refuseLabels(labels);
  const { grants } = plan;
  refuseTooHigh(grants, by.principal.permissions);
  const { principal, ...rest } = by;
  const own = { ...labels, ...source, hash: sha256Hex(source.source), grants };
  return { draft: { ...own, ...rest, by: principal.id }, problems };
}

/** The size is no problem of the text at some place: nothing of it was read. */
export function refuseTooLarge(problems: readonly Problem[]): void {
  const large = problems.find(({ code }) => code === 'FLOW_TOO_LARGE');
  if (large !== undefined) {
    throw new AppError('FLOW_TOO_LARGE', { message: large.message, remedy: large.remedy });
  }
}

function labelsOf({ name, description, tags = [] }: Plan) {
  return { name, description, tags };
}

/** By Unicode characters, as people count (claims G2.097 to G2.099). */
function refuseLabels(labels: { readonly name: string; readonly description: string }): void {
  const most = {
    name: ACCESS_LIMITS.flowNameCharacters,
    description: ACCESS_LIMITS.descriptionCharacters,
  };
  const issues = (['name', 'description'] as const).flatMap((path) => {
    const characters = [...labels[path]].length;
    if (path === 'name' && characters === 0) return [{ path, message: 'it is blank' }];
    if (characters <= most[path]) return [];
    return [{ path, message: `it has ${characters} characters; at most ${most[path]} are taken` }];
  });
  if (issues.length > 0) throw invalidLabels(issues);
}

/** The language refuses some names too; they are told in the same way as those refused here. */
function badLabels(problems: readonly Problem[]): AppError | undefined {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const issues = errors
    .filter(({ path, code }) => LABELS.has(path) && OF_LENGTH.has(code))
    .map(({ path, message }) => ({ path, message }));
  return issues.length === errors.length && issues.length > 0 ? invalidLabels(issues) : undefined;
}

const LABELS: ReadonlySet<string> = new Set(['name', 'description']);
const OF_LENGTH: ReadonlySet<string> = new Set(['WRONG_VALUE']);

function invalidLabels(
  issues: readonly { readonly path: string; readonly message: string }[],
): AppError {
  const [first] = issues;
  return new AppError('BODY_INVALID', {
    message: `the flow's ${first?.path ?? 'name'} cannot be taken: ${first?.message ?? ''}`,
    remedy: 'Correct it in the text of the flow.',
    details: { issues },
  });
}

function invalidFlow(problems: readonly Problem[]): AppError {
  const errors = problems.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  const where = first === undefined ? '' : ` (line ${first.line})`;
  return new AppError('FLOW_INVALID', {
    message: `the flow has problems: ${first?.message ?? 'it is empty'}${where}${more}`,
    details: { problems: problems.map(problemView) },
  });
}
