import type { TemplateLevel } from './field.ts';

/**
 * What templates are used for, and the most that they may do there. Every node type takes the level
 * of a field from here, so that one kind of place has one level in all of them. A flow can lower
 * it: `template_level` beside the `type` of a node, and the `level` of a template node.
 *
 * Source: guide claims G1.020 to G1.027.
 */
export const TEMPLATE_USES = {
  /** Of files, folders and patterns: a computed path is how flows leave their folder. */
  path: 'interpolation_only',
  url: 'interpolation_only',
  /** Values of headers, and secrets that become one. */
  header: 'interpolation_only',
  /** What a model is told. */
  prompt: 'safe_expressions',
  /** What decides on a route, an item or a wait. */
  condition: 'safe_expressions',
  transform: 'safe_expressions',
  /** Bodies, parameters, contents of files, messages. */
  text: 'safe_expressions',
  /**
   * The `template` node alone: its field `level` lowers it, by default to `safe_expressions`, and
   * the compiler to `sandboxed` where the operator has not set TEMPLATE_UNSAFE.
   */
  template: 'unsafe',
} as const satisfies Readonly<Record<string, TemplateLevel>>;
