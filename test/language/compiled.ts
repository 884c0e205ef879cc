import { compile, type Plan } from '../../src/language/index.ts';
import { FAKE_NODE_TYPES } from './fake-node-types.ts';

/** Compiles with the node types of these tests. */
export function compiled(text: string | Uint8Array, file = 'flow.yaml') {
  return compile(text, { file, nodeTypes: FAKE_NODE_TYPES });
}

/** Each problem as `line:column CODE path | message | remedy`; warnings start with `warning`. */
export function problemsOf(text: string | Uint8Array, file?: string): readonly string[] {
  return compiled(text, file).problems.map(
    ({ severity, line, column, code, path, message, remedy }) =>
      `${severity === 'warning' ? 'warning ' : ''}${line}:${column} ${code} ${path} | ${message} | ${remedy}`,
  );
}

/** The plan of a flow that has no errors; its problems fail the test. */
export function planOf(text: string): Plan {
  const { plan, problems } = compiled(text);
  if (plan === undefined) throw new Error(JSON.stringify(problems, undefined, 2));
  return plan;
}
