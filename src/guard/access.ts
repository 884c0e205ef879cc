/**
 * Threat: somebody sees or does with a flow what its owner did not allow, or an id of another
 * account is told from one that does not exist (OWASP API1 and API5, ASVS 5.0 V8; claims G2.092 to
 * G2.096, G4.195). One function decides, for every route and every open socket; that the flow is of
 * the same account is the store's doing, which gives nothing else.
 */
import type { Permission, ShareLevel } from '../contract/index.ts';

/** In the order in which they are told. */
export const FLOW_ACTS = ['view', 'execute', 'edit', 'delete', 'share'] as const;
export type FlowAct = (typeof FLOW_ACTS)[number];

/** What a decision about a flow rests on. */
export interface FlowFacts {
  readonly owner: string;
  readonly isPublic: boolean;
  /** What is shared with the person who asks. */
  readonly share?: ShareLevel;
}

export interface Asking {
  /** To whom belongs what the principal makes. */
  readonly owner: string;
  readonly permissions: ReadonlySet<Permission>;
}

export interface Decision {
  readonly isAllowed: boolean;
  /** Such as `you own the flow` or `the flow is private`; for people, records and tests. */
  readonly why: string;
}

const NEEDED: Readonly<Record<FlowAct, Permission>> = {
  view: 'flows:read',
  execute: 'flows:execute',
  edit: 'flows:write',
  delete: 'flows:delete',
  share: 'flows:share',
};

const SHARED: Readonly<Record<ShareLevel, ReadonlySet<FlowAct>>> = {
  view: new Set<FlowAct>(['view']),
  execute: new Set<FlowAct>(['view', 'execute']),
  edit: new Set<FlowAct>(['view', 'execute', 'edit']),
};

/** Whether a principal may do this with a flow of its account, and why. Pure. */
export function decideFlow(asking: Asking, act: FlowAct, flow: FlowFacts): Decision {
  const lacking = lackingOf(asking, NEEDED[act]);
  if (lacking !== undefined) return lacking;
  if (asking.permissions.has('accounts:admin')) return yes('you run the account');
  if (flow.owner === asking.owner) return yes('you own the flow');
  if (flow.share !== undefined && SHARED[flow.share].has(act)) {
    return yes(`the flow is shared with you to ${flow.share}`);
  }
  if (flow.isPublic && (act === 'view' || act === 'execute')) {
    return yes('the flow is public in the account');
  }
  const whose = flow.isPublic
    ? 'the flow is public, which lets you see and run it'
    : 'the flow is private';
  const share = flow.share === undefined ? '' : `, and shared with you to ${flow.share} only`;
  return no(`${whose}${share}`);
}

export type ExecutionAct = 'view' | 'cancel' | 'retry';

/** What a decision about an execution rests on. */
export interface ExecutionFacts {
  /** The principal that it is kept under: a person, a key, or a share link. */
  readonly startedBy: string;
  /** Absent where its flow was deleted: then only who started it is left to ask for. */
  readonly flow?: FlowFacts;
}

const EXECUTION_NEEDED: Readonly<Record<ExecutionAct, Permission>> = {
  view: 'executions:read',
  cancel: 'executions:cancel',
  retry: 'flows:execute',
};

/**
 * Whether a principal may do this with an execution of its account, and why: whoever started it,
 * the owner of its flow, and people with whom the flow is shared to edit. That a flow is public, or
 * shared to view or execute, shows nobody what others ran with it. To retry is to start, so the
 * flow must allow that as well. Pure.
 */
export function decideExecution(
  asking: Asking,
  act: ExecutionAct,
  execution: ExecutionFacts,
): Decision {
  const lacking = lackingOf(asking, EXECUTION_NEEDED[act]);
  if (lacking !== undefined) return lacking;
  const seen = whoseExecution(asking, execution);
  if (!seen.isAllowed || act !== 'retry' || execution.flow === undefined) return seen;
  const started = decideFlow(asking, 'execute', execution.flow);
  return started.isAllowed ? seen : started;
}

function whoseExecution(asking: Asking, { startedBy, flow }: ExecutionFacts): Decision {
  if (asking.permissions.has('accounts:admin')) return yes('you run the account');
  if (startedBy === asking.owner) return yes('you started the execution');
  if (flow?.owner === asking.owner) return yes('you own the flow of the execution');
  if (flow?.share === 'edit') return yes('the flow of the execution is shared with you to edit');
  return no('somebody else started the execution, and its flow is not yours');
}

function lackingOf({ permissions }: Asking, needed: Permission): Decision | undefined {
  return permissions.has(needed) ? undefined : no(`this needs the permission ${needed}`);
}

function yes(why: string): Decision {
  return { isAllowed: true, why };
}

function no(why: string): Decision {
  return { isAllowed: false, why };
}
