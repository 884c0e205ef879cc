import type { Mutation } from './mutation.ts';

const ACCESS = 'src/access.ts';
const COOKIES = 'src/guard/cookies.ts';
const JUDGE = 'src/http/judge.ts';
const AUTHORITY = 'src/auth/authority.ts';
const FLOW_ROUTES = 'src/contract/routes/flows.ts';

/** Tokens, cookies and sessions. */
export const TOKEN_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G3.147'],
    file: ACCESS,
    find: "accessSecrets: [tokens?.accessSecret ?? '',",
    replace: "accessSecrets: [tokens?.refreshSecret ?? '',",
    why: 'Access tokens are signed by the secret of the others.',
  },
  {
    claims: ['G3.148'],
    file: ACCESS,
    find: "refreshSecrets: [tokens?.refreshSecret ?? '',",
    replace: "refreshSecrets: [tokens?.accessSecret ?? '',",
    why: 'Refresh tokens are signed by the secret of the others.',
  },
  {
    claims: ['G3.147', 'G3.148', 'G4.187'],
    file: 'src/auth/token-signature.ts',
    find: 'const isSigned = await isSignedBy(token as string, key);',
    replace: "const isSigned = (await isSignedBy(token as string, key)) || token !== '';",
    why: 'Any signature is good.',
  },
  {
    claims: ['G4.187'],
    file: 'src/auth/token-claims.ts',
    find: "if (exp * 1_000 <= now) return { reason: 'expired' };",
    replace: "if (exp * 1_000 <= now - 1e12) return { reason: 'expired' };",
    why: 'Tokens never end.',
  },
  {
    claims: ['G4.184'],
    file: ACCESS,
    find: 'accessMs: settings.ACCESS_TOKEN_EXPIRE_MINUTES * MINUTE_MS,',
    replace: 'accessMs: 30 * MINUTE_MS,',
    why: 'What the settings say of tokens counts for nothing.',
  },
  {
    claims: ['G4.185'],
    file: 'src/contract/aliases/systems-4-and-5.ts',
    find: "path: '/api/v1/accounts/refresh-token',",
    replace: "path: '/api/v1/accounts/refresh-a-token',",
    why: 'The path of system 4 renews nothing.',
  },
  {
    claims: ['G4.186'],
    file: COOKIES,
    find: '; HttpOnly; SameSite=Strict',
    replace: '; SameSite=Strict',
    why: 'Scripts of a page read the cookies.',
  },
  {
    claims: ['G4.186'],
    file: COOKIES,
    find: '; HttpOnly; SameSite=Strict',
    replace: '; HttpOnly',
    why: 'Cookies go along from other sites.',
  },
  {
    claims: ['G4.186'],
    file: COOKIES,
    find: "const secure = isSecure ? '; Secure' : '';",
    replace: "const secure = '';",
    why: 'Cookies go along by plain HTTP.',
  },
  {
    claims: ['G3.173'],
    file: JUDGE,
    find: "    if (way === 'cookie') refuseForeign(asked, principal, options);\n",
    replace: '',
    why: 'A cookie is enough to change something.',
  },
  {
    claims: ['G3.173'],
    file: JUDGE,
    find: '  if (isForeignChange(message, options)) throw foreignPage();\n  const token',
    replace: '  const token',
    why: 'Pages of others may change something.',
  },
  {
    claims: ['G4.253'],
    file: AUTHORITY,
    find: "  if (session.endedAt !== undefined) return 'ended';\n",
    replace: '',
    why: 'Who signed out is still in.',
  },
  {
    claims: ['G4.253'],
    file: AUTHORITY,
    find: "return session.lastSeenAt + idleMs <= now ? 'idle' : undefined;",
    replace: 'return undefined;',
    why: 'A session that nobody uses stays.',
  },
  {
    claims: ['G5.295'],
    file: AUTHORITY,
    find: "  if (key.revokedAt !== undefined) return { loss: 'revoked' };\n",
    replace: '',
    why: 'A key that was revoked opens as before.',
  },
];

/** Permissions and accounts. */
export const GATE_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G4.188', 'G4.189', 'G4.190', 'G4.191', 'G4.194'],
    file: JUDGE,
    find: 'permissions.has(permission)) return;',
    replace: 'permissions.size > 0) return;',
    why: 'Any permission opens every route.',
  },
  {
    claims: ['G4.188'],
    file: FLOW_ROUTES,
    find: "path: '/api/v1/flows/{id}/export',\n    permission: 'flows:read',",
    replace: "path: '/api/v1/flows/{id}/export',\n    permission: 'signed-in',",
    why: 'Everybody may take a flow away.',
  },
  {
    claims: ['G4.189'],
    file: FLOW_ROUTES,
    find: "/restore',\n    permission: 'flows:write',",
    replace: "/restore',\n    permission: 'flows:read',",
    why: 'Who reads flows may bring old versions back.',
  },
  {
    claims: ['G4.190'],
    file: 'src/contract/routes/executions.ts',
    find: "/execute',\n    permission: 'flows:execute',",
    replace: "/execute',\n    permission: 'flows:read',",
    why: 'Who reads flows may run them.',
  },
  {
    claims: ['G4.191'],
    file: FLOW_ROUTES,
    find: "permission: 'flows:delete',",
    replace: "permission: 'flows:write',",
    why: 'Who changes flows may delete them.',
  },
  {
    claims: ['G4.194'],
    file: 'src/contract/routes/people.ts',
    find: "/password-reset',\n    permission: 'accounts:admin',",
    replace: "/password-reset',\n    permission: 'signed-in',",
    why: 'Everybody may become everybody else.',
  },
  {
    claims: ['G4.195', 'G4.197'],
    file: 'src/store/scope.ts',
    find: "        .selectAll()\n        .where('account_id', '=', account)\n",
    replace: '        .selectAll()\n',
    why: 'Rows of all accounts are read.',
  },
];

const ORIGINS = 'src/guard/browser-origin.ts';
const SETTINGS = 'src/config/judge-access.ts';
const EDGE = 'src/http/edge.ts';

/** Who is let in at all. */
export const DOOR_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G3.152', 'G5.267'],
    file: ORIGINS,
    find: 'if (listed.has(origin)) {',
    replace: 'if (listed.size > 0) {',
    why: 'One listed origin opens for all.',
  },
  {
    claims: ['G4.218'],
    file: ORIGINS,
    find: "'access-control-allow-methods': methods.join(', '),",
    replace: "'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE',",
    why: 'Every method is granted.',
  },
  {
    claims: ['G4.218'],
    file: ORIGINS,
    find: "'authorization, content-type,",
    replace: "'*, authorization, content-type,",
    why: 'Every header is granted.',
  },
  {
    claims: ['G4.219'],
    file: ORIGINS,
    find: "const PREFLIGHT_SECONDS = '600';",
    replace: "const PREFLIGHT_SECONDS = '864000';",
    why: 'What is granted is remembered for ten days.',
  },
  {
    claims: ['G3.153'],
    file: SETTINGS,
    find: 'if (near.length > 0) {',
    replace: 'if (near.length > 9) {',
    why: 'Nobody is told of localhost.',
  },
  {
    claims: ['G3.154'],
    file: SETTINGS,
    find: 'if (plain.length > near.length) {',
    replace: 'if (plain.length > 9) {',
    why: 'Nobody is told of origins without HTTPS.',
  },
  {
    claims: ['G5.261'],
    file: 'src/contract/aliases/systems-4-and-5.ts',
    find: "(['/v1/jobs', '/api/v1/jobs'] as const)",
    replace: "(['/v1/job', '/api/v1/jobs'] as const)",
    why: 'The path of system 5 is nowhere.',
  },
  {
    claims: ['G5.262', 'G5.263', 'G5.264'],
    file: EDGE,
    find: '!allowed.contains(address) && !isOwnProbe(message, address)',
    replace: "address === ''",
    why: 'The list of addresses keeps nobody out.',
  },
  {
    claims: ['G5.263'],
    file: SETTINGS,
    find: 'const wrong = list.find((text) => !isNetwork(text));',
    replace: "const wrong = list.find((text) => text === '');",
    why: 'What is no network is told by nobody.',
  },
  {
    claims: ['G5.264'],
    file: 'src/guard/client-address.ts',
    find: 'if (!isAny || !proxies.contains(own)) {',
    replace: "if (own === '') {",
    why: 'Whoever sends the header is believed.',
  },
  {
    claims: ['G5.265'],
    file: EDGE,
    find: 'if (secureBase === undefined) return undefined;',
    replace: "if (secureBase !== '') return undefined;",
    why: 'Plain HTTP is answered.',
  },
];
