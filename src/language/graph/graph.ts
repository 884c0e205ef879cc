import type { NodeType } from '../../contract/index.ts';
import type { Place } from '../../errors/index.ts';
import type { FlowDraft, NodeDraft } from '../flow/index.ts';
import type { Edge } from '../plan.ts';
import type { ProblemList } from '../problems.ts';

/** An edge with the place that made it: an entry of `depends_on`, or a route of a config. */
export interface PlacedEdge extends Edge {
  readonly place: Place;
}

/** What the checks of the graph work on, and what they find out for each other. */
export interface Graph {
  readonly draft: FlowDraft;
  readonly problems: ProblemList;
  readonly node: ReadonlyMap<string, NodeDraft>;
  /** Names of nodes with dashes. */
  readonly dashed: readonly string[];
  readonly edges: readonly PlacedEdge[];
  readonly incoming: ReadonlyMap<string, readonly PlacedEdge[]>;
  /** The foreach that a node belongs to. */
  readonly foreachOf: ReadonlyMap<string, string>;
  /**
   * Nodes of which something has a problem already: what follows from them for others is not
   * certain, so a problem that could be its consequence is not reported.
   */
  readonly doubtful: ReadonlySet<string>;
}

/** True for nodes that open a region, or that could: those of an unknown type. */
export function mayOpen(type: NodeType | undefined): boolean {
  return type === undefined || type.role === 'split' || type.role === 'foreach';
}
