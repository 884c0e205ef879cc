import type { ConfigPart, Edge, PlanNode, Reference } from '../language/index.ts';

/**
 * True where two versions of a flow have the same node, so that on the same data it would give the
 * same: type, config as it is written, edges, regions, schemas. What only says how often and how
 * long it is tried does not count. For a foreach this is about its list, see `isSameCollection`.
 */
export function isSameNode(one: PlanNode, other: PlanNode): boolean {
  return one === other || textOf(one) === textOf(other);
}

/** True where two versions of a foreach make the same of what their nodes give. */
export function isSameCollection(one: PlanNode, other: PlanNode): boolean {
  return one === other || collectionText(one) === collectionText(other);
}

function textOf(node: PlanNode): string {
  const { type, config, scope, opens, closes, itemAlias, pick, context } = node;
  return JSON.stringify([
    [type.id, type.version],
    Object.entries(config).map(([key, part]) => [key, partText(part)]),
    node.incoming.map(edgeText),
    [scope, closes, itemAlias, pick?.foreach, pick?.member],
    opens === undefined ? null : [opens.kind, opens.itemName, opens.source.text],
    context.map(({ name, reference }) => [name, reference.text]),
    // The output of a foreach is checked when its items have come to an end.
    [node.inputSchema, opens?.kind === 'foreach' ? null : node.outputSchema],
  ]);
}

function collectionText({ opens, outputSchema }: PlanNode): string {
  const collect: Reference | undefined = opens?.collect;
  return JSON.stringify([opens?.members, collect?.text, opens?.onError, outputSchema]);
}

function partText(part: ConfigPart): unknown {
  switch (part.kind) {
    case 'value':
      return ['value', part.value];
    case 'template':
      return ['template', part.template.level, part.template.text];
    case 'list':
      return ['list', part.items.map(partText)];
    case 'map':
      return ['map', part.entries.map(([key, entry]) => [key, partText(entry)])];
  }
}

function edgeText({ from, port, kind }: Edge): readonly string[] {
  return [from, port, kind];
}
