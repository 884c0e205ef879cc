import { isMap } from '../../base/index.ts';
import { literalOf, quoted, readField } from '../config/index.ts';
import { type Grants, grantedHost } from '../grants/index.ts';
import { entryOf, type Tree } from '../text/index.ts';
import { FLOW_FIELDS } from './format.ts';
import type { FlowReader } from './read-flow.ts';

/** The keys of a `grants` block that are written; undefined where there is no block. */
export function readGrants(
  reader: FlowReader,
  tree: Tree | undefined,
): Partial<Grants> | undefined {
  if (tree === undefined) return undefined;
  const config = { ...reader, templates: [], mentions: [] };
  const part = readField(config, FLOW_FIELDS.grants, { tree, spot: { path: 'grants' } });
  const block = part === undefined ? undefined : literalOf(part);
  if (!isMap(block)) return undefined;
  const { hosts, ...rest } = block;
  // Read against GRANTS_FIELDS: lists of texts, and a choice.
  const others = rest as Partial<Omit<Grants, 'hosts'>>;
  if (hosts === undefined) return others;
  return { ...others, hosts: hostsOf(reader, tree, hosts as readonly string[]) };
}

function hostsOf(reader: FlowReader, block: Tree, texts: readonly string[]): readonly string[] {
  const list = block.kind === 'map' ? entryOf(block, 'hosts')?.value : undefined;
  const items = list?.kind === 'list' ? list.items : [];
  return texts.flatMap((text, index) => {
    const host = grantedHost(text);
    if (host !== undefined) return [host];
    reader.problems.add({
      code: 'WRONG_VALUE',
      message: `${quoted(text)} is not the name of a host`,
      remedy: 'Write api.example.com without https:// or port, *.example.com, or dynamic.',
      place: reader.source.place((items[index] ?? block).start, `grants.hosts[${index}]`),
    });
    return [];
  });
}
