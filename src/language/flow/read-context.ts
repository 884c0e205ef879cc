import { type ConfigReader, readField, referenceAt } from '../config/index.ts';
import type { PlanNode } from '../plan.ts';
import { memberPath, type Tree } from '../text/index.ts';
import { SHARED_CONFIG_FIELDS } from './format.ts';
import type { FlowReader } from './read-flow.ts';

/** The names of `context`, each with its reference; what is no reference was added as a problem. */
export function contextAt(
  reader: FlowReader,
  tree: Tree | undefined,
  owner: string,
): PlanNode['context'] {
  if (tree === undefined || (tree.kind === 'scalar' && tree.value === null)) return [];
  const config: ConfigReader = { ...reader, templates: [], mentions: [] };
  const path = memberPath(owner, 'context');
  readField(config, SHARED_CONFIG_FIELDS.context, { tree, spot: { path } });
  if (tree.kind !== 'map') return [];
  return tree.entries.flatMap(({ key, keyStart, value }) => {
    const at = memberPath(path, key);
    if (key === 'inputs') {
      const message = 'no name of context can be inputs: it always means the inputs of the flow';
      const place = reader.source.place(keyStart, at);
      reader.problems.add({ code: 'RESERVED_NAME', message, place });
      return [];
    }
    const written = value.kind === 'scalar' ? String(value.value) : '';
    const reference = referenceAt(written, reader.source.place(value.start, at));
    return reference === undefined ? [] : [{ name: key, reference }];
  });
}
