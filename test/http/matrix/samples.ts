import type { RouteId } from '../../../src/contract/index.ts';
import { HELLO } from '../../support/flows.ts';

/** Ids of one account: what a route of it may be about. */
export interface Things {
  readonly account: string;
  readonly flow: string;
  readonly execution: string;
  readonly person: string;
  readonly username: string;
  readonly session: string;
  readonly key: string;
  readonly link: string;
  readonly linkToken: string;
  readonly invitation: string;
  readonly role: string;
  readonly blob: string;
}

/** A body that the route takes, about these things; for each route that has one. */
export function bodyOf(route: RouteId, things: Things): Readonly<Record<string, unknown>> {
  switch (route) {
    case 'createFlow':
    case 'updateFlow':
    case 'validateFlow':
      return { source: HELLO };
    case 'startExecution':
    case 'executeShared':
      return { inputs: { who: 'Ada' } };
    case 'retryExecution':
      return { from: 'two' };
    case 'signIn':
      return { username: things.username, password: 'not the password' };
    case 'refreshTokens':
      return { refreshToken: 'a.b.c' };
    case 'signUp':
      return { username: 'someone-new', password: 'plum-kettle-orbit-9', invitation: 'x' };
    case 'forgotPassword':
      return { username: things.username };
    case 'resetPassword':
      return { token: 'x', password: 'plum-kettle-orbit-9' };
    case 'updateMe':
      return { displayName: 'Someone' };
    case 'changePassword':
      return { current: 'not the password', new: 'plum-kettle-orbit-9' };
    case 'openSocketTicket':
      return { executionId: things.execution };
    case 'updateFlowSettings':
      return { owner: things.person };
    case 'putShare':
      return { level: 'view' };
    case 'createLink':
      return { level: 'view', days: 1 };
    case 'createPerson':
      return { username: 'matrix-person', role: 'viewer' };
    case 'updatePerson':
      return { displayName: 'Changed' };
    case 'createInvitation':
      return { role: 'viewer', days: 1 };
    case 'putRole':
      return { description: 'x', permissions: ['flows:read'] };
    case 'createKey':
      return { name: 'matrix', scopes: ['flows:read'] };
    case 'updateKey':
      return { name: 'changed' };
    case 'extendKey':
      return { expiresAt: null };
    case 'rotateKey':
      return { graceMinutes: 0 };
    case 'updateOwnAccount':
      return { name: 'Renamed' };
    case 'deleteOwnAccount':
      // Of the wrong account, so that no row of the matrix deletes the one that it works in.
      return { confirm: 'not-this-one' };
    case 'createAccount':
      return { name: 'Made', admin: { username: 'matrix-admin' } };
    case 'updateAccount':
      return { name: 'Renamed' };
    default:
      return {};
  }
}

/** The path of a route about these things. */
export function pathOf(path: string, things: Things): string {
  const id = idOf(path, things);
  return path
    .replace('{id}', id)
    .replace('{version}', '1')
    .replace('{blob}', things.blob)
    .replace('{person}', things.person)
    .replace('{session}', things.session)
    .replace('{link}', things.link)
    .replace('{token}', things.linkToken)
    .replace('{name}', things.role);
}

function idOf(path: string, things: Things): string {
  if (/\/(?:flows|workflows)\//.test(path)) return things.flow;
  if (/\/(?:executions|jobs)\//.test(path)) return things.execution;
  if (path.includes('/people/')) return things.person;
  if (path.includes('/sessions/')) return things.session;
  if (path.includes('keys/')) return things.key;
  if (path.includes('/invitations/')) return things.invitation;
  if (path.includes('/accounts/')) return things.account;
  return things.execution;
}
