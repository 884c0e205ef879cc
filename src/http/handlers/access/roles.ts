import { isBuiltIn, permissionsOf } from '../../../auth/index.ts';
import { ACCOUNT_PERMISSIONS, BUILT_IN_ROLES } from '../../../contract/index.ts';
import { AppError } from '../../../errors/index.ts';
import type { Handlers } from '../../call.ts';
import { auditOf, fromTo } from '../audit-of.ts';
import type { HandlerOptions } from '../handler-options.ts';
import { reply } from './replies.ts';
import { refuseHigherRole, refuseMissing } from './rights.ts';

type Roles = Pick<Handlers, 'listRoles' | 'putRole' | 'removeRole'>;

/** The roles of an account: those that all have, and its own. */
export function roleHandlers({ store, clock }: HandlerOptions): Roles {
  return {
    listRoles: async ({ principal: { account } }) => {
      const builtIn = Object.keys(BUILT_IN_ROLES).map((name) => ({
        name,
        description: DESCRIPTIONS[name] ?? '',
        permissions: [...permissionsOf(account, { role: name })],
        isBuiltIn: true,
      }));
      const own = await store.account(account).roles.list();
      return reply(200, {
        items: [...builtIn, ...own.map((role) => ({ ...role, isBuiltIn: false }))],
      });
    },
    putRole: async (call) => {
      const { name } = call.params;
      refuseBuiltIn(name);
      const { description } = call.body;
      const permissions = [...new Set(call.body.permissions)];
      // What concerns the whole server is for the admins of the operator's account alone.
      refuseMissing(permissions, new Set(ACCOUNT_PERMISSIONS), 'a role of an account');
      refuseMissing(permissions, call.principal.permissions, `the role ${name}`);
      const at = clock.now();
      const { roles } = store.account(call.principal.account);
      const before = await roles.get(name);
      // Whose role allows more loses nothing by who may do less.
      if (before !== undefined) await refuseHigherRole(call.principal, name, { roles });
      const details = fromTo(before ?? {}, { permissions });
      const target = { targetKind: 'role', targetId: name, details };
      const row = auditOf(call, { at, action: 'role.put', ...target });
      const role = { name, description, permissions };
      await roles.put(role, at, row);
      return reply(200, { ...role, isBuiltIn: false });
    },
    removeRole: async (call) => {
      const { name } = call.params;
      refuseBuiltIn(name);
      const { roles } = store.account(call.principal.account);
      await refuseHigherRole(call.principal, name, { roles });
      const target = { targetKind: 'role', targetId: name, details: {} };
      const row = auditOf(call, { at: clock.now(), action: 'role.remove', ...target });
      const isGone = await roles.remove(name, row);
      if (isGone) return { status: 204 };
      throw new AppError('ROLE_NOT_FOUND', { message: `the account has no role ${name}` });
    },
  };
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  admin: 'Runs the account.',
  user: 'Makes flows and runs them.',
  viewer: 'Sees flows and executions.',
};

function refuseBuiltIn(name: string): void {
  if (!isBuiltIn(name)) return;
  throw new AppError('ROLE_FIXED', { message: `the role ${name} is built in` });
}
