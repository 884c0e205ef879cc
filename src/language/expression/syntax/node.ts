import { TEMPLATE_LIMITS } from '../../../base/index.ts';
import { tooDeep } from './depth.ts';
import type { At, Expression } from './tree.ts';

export type Child = Expression | undefined;

type Shape<Node> = Node extends unknown ? Omit<Node, 'line' | 'column' | 'height'> : never;

/**
 * An expression node at its place, one higher than the highest of its parts. Throws
 * TEMPLATE_TOO_LARGE when it grows too high, so that nothing that walks the tree can overflow.
 */
export function makeNode(at: At, shape: Shape<Expression>, children: readonly Child[]): Expression {
  let height = 0;
  for (const child of children) {
    if (child !== undefined && child.height > height) height = child.height;
  }
  if (height >= TEMPLATE_LIMITS.depth) throw tooDeep(at);
  // The shape is an expression without its place and height, which are added here.
  return { ...shape, line: at.line, column: at.column, height: height + 1 } as Expression;
}
