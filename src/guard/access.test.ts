import { describe, expect, it } from 'vitest';
import { ACCOUNT_PERMISSIONS, BUILT_IN_ROLES, type Permission } from '../contract/index.ts';
import {
  type Asking,
  decideExecution,
  decideFlow,
  type ExecutionAct,
  FLOW_ACTS,
  type FlowAct,
  type FlowFacts,
} from './access.ts';

const ME = 'person:me';
const OTHER = 'person:other';
const asking = (permissions: readonly Permission[], owner = ME): Asking => ({
  owner,
  permissions: new Set(permissions),
});
const user = asking(BUILT_IN_ROLES.user);
const viewer = asking(BUILT_IN_ROLES.viewer);
const admin = asking(BUILT_IN_ROLES.admin);

const PRIVATE: FlowFacts = { owner: OTHER, isPublic: false };
const PUBLIC: FlowFacts = { owner: OTHER, isPublic: true };

function allowed(who: Asking, flow: FlowFacts): readonly FlowAct[] {
  return FLOW_ACTS.filter((act) => decideFlow(who, act, flow).isAllowed);
}

describe('what may be done with a flow', () => {
  it.each([
    ['somebody else’s private flow', PRIVATE, []],
    ['one’s own', { owner: ME, isPublic: false }, ['view', 'execute', 'edit', 'delete', 'share']],
    ['a public flow', PUBLIC, ['view', 'execute']],
    ['one shared to view', { ...PRIVATE, share: 'view' }, ['view']],
    ['one shared to execute', { ...PRIVATE, share: 'execute' }, ['view', 'execute']],
    ['one shared to edit', { ...PRIVATE, share: 'edit' }, ['view', 'execute', 'edit']],
    ['a public one shared to view', { ...PUBLIC, share: 'view' }, ['view', 'execute']],
    ['a public one shared to edit', { ...PUBLIC, share: 'edit' }, ['view', 'execute', 'edit']],
  ] as const)('by the role user, of %s', (_what, flow, acts) => {
    expect(allowed(user, flow)).toEqual(acts);
  });

  it('by the role viewer is never more than to view', () => {
    for (const share of ['view', 'execute', 'edit'] as const) {
      expect(allowed(viewer, { ...PRIVATE, share })).toEqual(['view']);
    }
    expect(allowed(viewer, { owner: ME, isPublic: true })).toEqual(['view']);
    expect(allowed(viewer, PRIVATE)).toEqual([]);
  });

  it('by an admin is everything, of every flow', () => {
    expect(allowed(admin, PRIVATE)).toEqual([...FLOW_ACTS]);
  });

  it('needs the permission too, whoever one is and whatever one owns', () => {
    const needed = {
      view: 'flows:read',
      execute: 'flows:execute',
      edit: 'flows:write',
      delete: 'flows:delete',
      share: 'flows:share',
    } as const;
    for (const act of FLOW_ACTS) {
      const without = asking(ACCOUNT_PERMISSIONS.filter((one) => one !== needed[act]));
      const own = { owner: ME, isPublic: true, share: 'edit' } as const;
      expect(decideFlow(without, act, own)).toEqual({
        isAllowed: false,
        why: `this needs the permission ${needed[act]}`,
      });
    }
  });

  it('is always said why', () => {
    expect(decideFlow(user, 'view', PRIVATE).why).toBe('the flow is private');
    expect(decideFlow(user, 'edit', PUBLIC).why).toBe(
      'the flow is public, which lets you see and run it',
    );
    expect(decideFlow(user, 'execute', { ...PRIVATE, share: 'view' }).why).toBe(
      'the flow is private, and shared with you to view only',
    );
    expect(decideFlow(admin, 'share', PRIVATE).why).toBe('you run the account');
    expect(decideFlow(user, 'share', { owner: ME, isPublic: false }).why).toBe('you own the flow');
  });

  it('knows no owner by a part of their id', () => {
    for (const owner of ['person:m', 'person:me ', 'PERSON:ME', 'key:me', '']) {
      expect(allowed(user, { owner, isPublic: false }), owner).toEqual([]);
    }
  });
});

const EXECUTION_ACTS: readonly ExecutionAct[] = ['view', 'cancel', 'retry'];

describe('what may be done with an execution', () => {
  const acts = (who: Asking, startedBy: string, flow?: FlowFacts) =>
    EXECUTION_ACTS.filter(
      (act) =>
        decideExecution(who, act, { startedBy, ...(flow === undefined ? {} : { flow }) }).isAllowed,
    );

  it.each([
    ['somebody else’s of a private flow', OTHER, PRIVATE, []],
    ['somebody else’s of a public flow', OTHER, PUBLIC, []],
    ['somebody else’s of a flow shared to view', OTHER, { ...PRIVATE, share: 'view' }, []],
    ['somebody else’s of a flow shared to execute', OTHER, { ...PRIVATE, share: 'execute' }, []],
    [
      'somebody else’s of a flow shared to edit',
      OTHER,
      { ...PRIVATE, share: 'edit' },
      ['view', 'cancel', 'retry'],
    ],
    [
      'somebody else’s of one’s own flow',
      OTHER,
      { owner: ME, isPublic: false },
      ['view', 'cancel', 'retry'],
    ],
    ['one’s own of a public flow', ME, PUBLIC, ['view', 'cancel', 'retry']],
    ['one’s own of a flow that was made private since', ME, PRIVATE, ['view', 'cancel']],
    [
      'one’s own of a flow that is shared to view by now',
      ME,
      { ...PRIVATE, share: 'view' },
      ['view', 'cancel'],
    ],
    [
      'one that a link started, of one’s own flow',
      'link:x',
      { owner: ME, isPublic: false },
      ['view', 'cancel', 'retry'],
    ],
  ] as const)('by the role user, of %s', (_what, startedBy, flow, expected) => {
    expect(acts(user, startedBy, flow)).toEqual(expected);
  });

  it('of a deleted flow is left to who started it and to admins', () => {
    expect(acts(user, ME)).toContain('view');
    expect(acts(user, OTHER)).toEqual([]);
    expect(acts(admin, OTHER)).toEqual(['view', 'cancel', 'retry']);
  });

  it('needs the permission too', () => {
    expect(acts(viewer, ME, { owner: ME, isPublic: false })).toEqual(['view']);
    const needed = {
      view: 'executions:read',
      cancel: 'executions:cancel',
      retry: 'flows:execute',
    } as const;
    for (const act of EXECUTION_ACTS) {
      const without = asking(ACCOUNT_PERMISSIONS.filter((one) => one !== needed[act]));
      expect(decideExecution(without, act, { startedBy: ME }).why).toBe(
        `this needs the permission ${needed[act]}`,
      );
    }
  });

  it('is not to retry where to start is not allowed', () => {
    const decided = decideExecution(user, 'retry', { startedBy: ME, flow: PRIVATE });
    expect(decided).toEqual({ isAllowed: false, why: 'the flow is private' });
  });
});
