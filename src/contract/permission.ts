/**
 * What a principal may be allowed to do, in one table: routes name one each, roles and API keys
 * hold several. A released one is never renamed.
 */
export const PERMISSIONS = {
  'flows:read': 'See flows, their versions and their text.',
  'flows:write': 'Save, change and restore flows.',
  'flows:execute': 'Start executions, and run them again.',
  'flows:delete': 'Delete flows.',
  'flows:share': 'Share flows with people and by links, and make them public in the account.',
  'executions:read': 'See executions with their steps, values and events.',
  'executions:cancel': 'Cancel executions.',
  'secrets:read': 'See names of secrets, and let a flow use them. No value is ever shown.',
  'secrets:write': 'Make, replace and remove secrets.',
  'keys:write': 'Make API keys of one’s own, with no more than one’s own permissions.',
  'hosts:grant': 'Let a flow talk to hosts that it names.',
  'hosts:dynamic': 'Let a flow talk to hosts that are computed while it runs.',
  'code:trusted': 'Save flows with code of the trusted level, or with templates of the unsafe one.',
  'accounts:admin': 'Run the account: people, roles, invitations, all keys, all flows.',
  'audit:read': 'See who did what in the account, verify and export it.',
  'server:read': 'See how the server is: versions, load, the jail, limits.',
  'server:admin': 'Run the server: make, suspend and delete accounts.',
} as const;

export type Permission = keyof typeof PERMISSIONS;

/** All permissions, in the order of the table. */
export const ALL_PERMISSIONS = Object.keys(PERMISSIONS) as readonly Permission[];

/** Those that no role of an account may hold: whoever has them acts on every account. */
const OF_THE_SERVER: ReadonlySet<Permission> = new Set<Permission>(['server:read', 'server:admin']);

/** Every permission within one account. */
export const ACCOUNT_PERMISSIONS = ALL_PERMISSIONS.filter((one) => !OF_THE_SERVER.has(one));

/**
 * The roles that every account has; accounts may add their own. The admins of the account `default`
 * run the server, so they hold the permissions of the server as well.
 */
export const BUILT_IN_ROLES = {
  admin: ACCOUNT_PERMISSIONS,
  user: [
    'flows:read',
    'flows:write',
    'flows:execute',
    'flows:delete',
    'flows:share',
    'executions:read',
    'executions:cancel',
    'secrets:read',
    'keys:write',
    'hosts:grant',
    'hosts:dynamic',
  ],
  viewer: ['flows:read', 'executions:read'],
} as const satisfies Readonly<Record<string, readonly Permission[]>>;

export type BuiltInRole = keyof typeof BUILT_IN_ROLES;

/** What a share allows on one flow; each includes those before it. */
export const SHARE_LEVELS = ['view', 'execute', 'edit'] as const;
export type ShareLevel = (typeof SHARE_LEVELS)[number];
