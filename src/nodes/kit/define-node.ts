import type {
  CapabilityName,
  CapabilitySet,
  ConfigOf,
  Fields,
  NodeContext,
  NodeInput,
  NodeResult,
  NodeType,
} from '../../contract/index.ts';

/**
 * Declares a node type: `run` is typed by the table of fields and by the declared needs, so that a
 * capability that was not declared does not compile, and is absent when running.
 */
export function defineNode<const C extends Fields, const N extends readonly CapabilityName[]>(
  type: Omit<NodeType, 'config' | 'needs' | 'run'> & {
    readonly config: C;
    readonly needs: N;
    run(
      context: NodeContext & CapabilitySet<N>,
      config: ConfigOf<C>,
      input: NodeInput,
    ): Promise<NodeResult> | NodeResult;
  },
): NodeType {
  // The engine checks the config against `config` and hands over the declared capabilities before
  // it calls `run`, which is what makes the narrower parameter types true.
  return Object.freeze(type) as unknown as NodeType;
}
