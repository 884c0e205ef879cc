import type { Audit } from '../../audit/index.ts';
import type { Auth } from '../../auth/index.ts';
import type { AccountId, Clock, FlowId } from '../../base/index.ts';
import type { JailPosture } from '../../contract/index.ts';
import type { Dispatcher } from '../../engine/index.ts';
import type { checkInputs, Plan } from '../../language/index.ts';
import type { Log } from '../../log/index.ts';
import type { Store } from '../../store/index.ts';
import type { CompileSource } from './flow-source.ts';
import type { Waits } from './waits.ts';

/** Plans of saved versions; the same that the dispatcher keeps, so that each is compiled once. */
export interface SavedPlans {
  /** Errors: FLOW_VERSION_NOT_FOUND, FLOW_INVALID, STORE_UNAVAILABLE. */
  get(account: AccountId, flow: FlowId, version: number): Promise<Plan>;
}

/** What handlers work with. */
export interface HandlerOptions {
  readonly store: Store;
  readonly auth: Auth;
  readonly audit: Audit;
  /** Who may become a person here. */
  readonly signUp: 'closed' | 'invitation' | 'open';
  readonly dispatcher: Dispatcher;
  readonly plans: SavedPlans;
  readonly compile: CompileSource;
  readonly checkInputs: typeof checkInputs;
  readonly clock: Clock;
  readonly log: Log;
  readonly waits: Waits;
  readonly version: string;
  newId(): string;
  /** Those who follow executions on this server. */
  listeners(): number;
  /** How code is held here; absent where that is not known. */
  sandbox?(): Promise<JailPosture>;
}
