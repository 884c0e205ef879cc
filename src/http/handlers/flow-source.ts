import { isMap, type ValueMap } from '../../base/index.ts';
import type { Problem } from '../../contract/index.ts';
import { sha256Hex } from '../../crypto/index.ts';
import { AppError } from '../../errors/index.ts';
import { type Compiled, formatOf, type Plan, type TextFormat } from '../../language/index.ts';
import type { FlowDraft } from '../../store/index.ts';
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
  body: { readonly source: string; readonly format: 'auto' | TextFormat } | object,
  given: ValueMap,
): FlowSource {
  if ('source' in body) {
    const { source, format } = body;
    return { source, format: format === 'auto' ? formatOf(source) : format };
  }
  const { definition } = given;
  return { source: JSON.stringify(isMap(definition) ? definition : {}, null, 2), format: 'json' };
}

/**
 * What a version is saved as. Errors: FLOW_INVALID with all problems in details.problems,
 * FLOW_TOO_LARGE.
 */
export function draftOf(
  source: FlowSource,
  compile: CompileSource,
  by: { readonly by: string; readonly at: number; readonly restoredFrom?: number },
): { readonly draft: FlowDraft; readonly problems: readonly Problem[] } {
  const { plan, problems } = compile(source);
  refuseTooLarge(problems);
  if (plan === undefined) throw invalidFlow(problems);
  return {
    draft: { ...labelsOf(plan), ...source, hash: sha256Hex(source.source), ...by },
    problems,
  };
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
