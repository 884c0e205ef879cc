import type { Value } from '../../base/index.ts';
import type { NodeType, RegionDeclaration } from '../../contract/index.ts';
import type { Place } from '../../errors/index.ts';
import type { Mention, UsedTemplate } from '../config/index.ts';
import type { Grants } from '../grants/index.ts';
import type { InputDeclaration, Plan, PlanConfig, PlanNode, Reference } from '../plan.ts';

/** What a flow's text says, each part checked by itself and not yet against the others. */
export interface FlowDraft
  extends Pick<Plan, 'name' | 'version' | 'description' | 'tags' | 'limits'> {
  readonly inputs: readonly InputDeclaration[];
  /** False where an input has a problem of its own, so that its name may be missing here. */
  readonly knowsInputs: boolean;
  /** In the order of the text. */
  readonly nodes: readonly NodeDraft[];
  /** False where a node has no usable name or body, so that others may rightly name it. */
  readonly knowsNodes: boolean;
  readonly outputs: readonly { readonly name: string; readonly reference: Reference }[];
  /** What is written under `grants`; see `grantsOf`. */
  readonly grants?: Partial<Grants>;
}

/** One entry of `depends_on`. */
export interface Dependency {
  readonly text: string;
  readonly place: Place;
}

type Settled = Pick<PlanNode, 'description' | 'timeoutMs' | 'retry' | 'cache' | 'context'>;

export interface NodeDraft extends Settled {
  readonly name: string;
  readonly index: number;
  /** That of its name. */
  readonly place: Place;
  /** Undefined where the type is unknown: what it would mean for others is then unknown too. */
  readonly type: NodeType | undefined;
  readonly dependsOn: readonly Dependency[];
  /** False where an entry of `depends_on` could not be read, so that one may be missing here. */
  readonly knowsDependencies: boolean;
  readonly config: PlanConfig;
  /** The place of a config field such as `conditions[1].then`, or of what is around it. */
  placeOf(field: string): Place;
  readonly templates: readonly UsedTemplate[];
  readonly mentions: readonly Mention[];
  readonly routes: readonly string[];
  readonly region: RegionDeclaration | undefined;
  /** True where the config has a problem: what it says about routes and regions may be wrong. */
  readonly isBroken: boolean;
  readonly inputSchema: Value | undefined;
  readonly outputSchema: Value | undefined;
}
