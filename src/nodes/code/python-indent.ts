import type { SyntaxFault } from './python-fault.ts';

/**
 * The first line of code that is indented like none of the blocks around it, or further than the
 * line above without a colon there; the parser lets both pass. Says nothing of code with tabs,
 * whose width is Python's affair. `code` is as respelt, with plain line breaks. Linear.
 */
export function faultOfIndents(
  code: string,
  statements: readonly number[],
): SyntaxFault | undefined {
  const blocks = [0];
  let above = 0;
  for (const at of statements) {
    const start = at === 0 ? 0 : code.lastIndexOf('\n', at - 1) + 1;
    if (!/^ *$/.test(code.slice(start, at))) return undefined;
    const indent = at - start;
    const block = blocks.at(-1) ?? 0;
    if (indent > block) {
      if (!code.slice(above, at).includes(':')) {
        return { message: 'this line is indented too far', at };
      }
      blocks.push(indent);
    }
    while (indent < (blocks.at(-1) ?? 0)) blocks.pop();
    if (indent !== blocks.at(-1)) {
      return { message: 'this line is indented like none above it', at };
    }
    above = at;
  }
  return undefined;
}
