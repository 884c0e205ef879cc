import type { NodeType, Problem } from '../contract/index.ts';
import { AppError } from '../errors/index.ts';
import { nativeMap, readFlow } from './flow/index.ts';
import { type CodeGrant, grantsOf } from './grants/index.ts';
import { checkNames, checkReach, graphOf, orderOf, scopesOf, upstreamOf } from './graph/index.ts';
import type { Plan } from './plan.ts';
import { planOf } from './plan-of-graph.ts';
import { type ProblemList, problemList } from './problems.ts';
import { readDocument, readSource } from './text/index.ts';

export interface CompileOptions {
  /** Shown in problems. A name that ends in `.json` makes the text JSON. */
  readonly file?: string;
  readonly nodeTypes: readonly NodeType[];
  readonly limits?: { readonly textBytes?: number };
  /**
   * TEMPLATE_UNSAFE: whether a node may ask for the level `unsafe`. Absent means no, so a plan that
   * was saved while the setting was on is a problem when it is compiled without it.
   */
  readonly unsafeTemplates?: boolean;
  /** PYTHON_SECURITY_LEVEL: the level of a python node that names none. Default `normal`. */
  readonly pythonLevel?: CodeGrant;
}

/** `plan` is undefined when a problem has severity error. */
export type Compiled =
  | { readonly plan: Plan; readonly problems: readonly Problem[] }
  | { readonly plan: undefined; readonly problems: readonly Problem[] };

/**
 * Turns the text of a flow into a plan, or says everything that is wrong with it: each problem with
 * line, column and path, sorted by place, at most FLOW_TEXT_LIMITS.problems. Never throws on any
 * input and never runs anything. Cost: linear in the text, nodes times edges for the graph.
 */
export function compile(text: string | Uint8Array, options: CompileOptions): Compiled {
  const problems = problemList();
  try {
    const plan = compileTo(problems, text, options);
    return { plan, problems: problems.sorted() };
  } catch (thrown) {
    if (!(thrown instanceof AppError)) throw thrown;
    const { code, message, remedy, place = { line: 1, column: 1 } } = thrown;
    problems.add({ code, message, remedy, place });
    return { plan: undefined, problems: problems.sorted() };
  }
}

function compileTo(
  problems: ProblemList,
  text: string | Uint8Array,
  { file, nodeTypes, limits, unsafeTemplates = false, pythonLevel = 'normal' }: CompileOptions,
): Plan | undefined {
  const source = readSource(text, { file, textBytes: limits?.textBytes });
  const tree = nativeMap(source, readDocument(source, problems));
  const types = new Map(nodeTypes.map((type) => [type.id, type]));
  const draft = readFlow({ source, problems, types, unsafeTemplates }, tree);
  const graph = graphOf(draft, problems);
  const order = orderOf(graph);
  const scopes = scopesOf(graph, order);
  checkReach(graph, order);
  checkNames(graph, { upstream: upstreamOf(graph, order), scopes });
  const grants = grantsOf(draft, { problems, pythonLevel });
  if (problems.hasErrors()) return undefined;
  return planOf(graph, scopes, { grants, warnings: problems.sorted() });
}
