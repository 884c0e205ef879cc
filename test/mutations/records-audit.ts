import type { Mutation } from './mutation.ts';

const ACCESS = 'src/access.ts';
const LIMITS = 'src/http/limits.ts';
const NUMBERS = 'src/base/limits/access.ts';
const AUDIT = 'src/http/handlers/audit.ts';

/** How often who may ask. */
export const PACE_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G4.220'],
    file: LIMITS,
    find: "const all = [{ name: 'api', by, subject: id, limit: api },",
    replace: "const all = [{ name: 'api', by, subject: principal.account, limit: api },",
    why: 'One person uses up what all have.',
  },
  {
    claims: ['G4.220'],
    file: LIMITS,
    find: "return { name: 'api', by: 'address', subject, limit: api };",
    replace: "return { name: 'api', by: 'address', subject: 'all', limit: api };",
    why: 'One stranger uses up what all have.',
  },
  {
    claims: ['G4.221'],
    file: 'src/guard/rate-bucket.ts',
    find: 'return Math.max(0, bucket.level - (passed * limit.amount) / limit.windowMs);',
    replace:
      'const of = (at: number) => Math.floor(at / limit.windowMs);\n  return of(now) > of(bucket.at) || passed > limit.windowMs ? 0 : bucket.level;',
    why: 'Each window begins anew, so twice as much fits around its edge.',
  },
  {
    claims: ['G4.222'],
    file: 'src/http/error-answer.ts',
    find: "      ...(retryAfter === undefined ? {} : { 'retry-after': retryAfter }),\n",
    replace: '',
    why: 'Nobody is told when to come again.',
  },
  {
    claims: ['G4.223'],
    file: LIMITS,
    find: 'judged.isToldAlready = !isFirst(verdict);',
    replace: 'judged.isToldAlready = isFirst(verdict) && false;',
    why: 'Each refusal fills the records.',
  },
  {
    claims: ['G4.224'],
    file: 'src/config/table-access.ts',
    find: "    aliases: ['FLOWRUNNER_RATE_LIMIT_REQUESTS'],\n",
    replace: '',
    why: 'The name of system 4 says nothing.',
  },
  {
    claims: ['G4.224'],
    file: 'src/serve.ts',
    find: 'amount: settings.RATE_LIMIT_REQUESTS,',
    replace: 'amount: 100,',
    why: 'What the settings say of limits counts for nothing.',
  },
  {
    claims: ['G5.279'],
    file: NUMBERS,
    find: "'jobs-address': { amount: 100,",
    replace: "'jobs-address': { amount: 101,",
    why: 'An address without a key asks for jobs more often.',
  },
  {
    claims: ['G5.280'],
    file: NUMBERS,
    find: "'jobs-key': { amount: 1_000,",
    replace: "'jobs-key': { amount: 1_001,",
    why: 'A key asks for jobs more often.',
  },
  {
    claims: ['G5.281'],
    file: ACCESS,
    find: 'if (url === undefined) return fallback;',
    replace: "if (url !== '') return fallback;",
    why: 'Each server counts for itself.',
  },
];

/** Who did what, how long that is kept, and who is told. */
export const AUDIT_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G3.176'],
    file: ACCESS,
    find: "    ...(given.ALERT_WEBHOOK === '' ? {} : { alertWebhookUrl: given.ALERT_WEBHOOK }),\n",
    replace: '',
    why: 'Alerts are sent to nobody.',
  },
  {
    claims: ['G3.176'],
    file: 'src/auth/uses.ts',
    find: 'if (usedKeys.length > 0) await store.directory.noteKeyUse(usedKeys);',
    replace: '',
    why: 'What keys are used for is not counted.',
  },
  {
    claims: ['G3.177'],
    file: 'src/audit/sink-file.ts',
    find: 'opened !== undefined && !(await isStillThere(opened, path))',
    replace: "opened !== undefined && path === ''",
    why: 'A file that was moved away is written on.',
  },
  {
    claims: ['G3.178'],
    file: 'src/contract/routes/audit.ts',
    find: "path: '/api/v1/audit/export',\n    permission: 'audit:read',",
    replace: "path: '/api/v1/audit/export',\n    permission: 'signed-in',",
    why: 'Everybody may take the records away.',
  },
  {
    claims: ['G3.178'],
    file: AUDIT,
    find: "      await record(call, 'audit.read', { records: page.items.length, filter });\n",
    replace: '',
    why: 'Records are read unseen.',
  },
  {
    claims: ['G3.180'],
    file: AUDIT,
    find: '    ...(targetId === undefined ? {} : { targetId }),\n',
    replace: '',
    why: 'Records cannot be asked for by what was changed.',
  },
  {
    claims: ['G3.180', 'G4.240', 'G5.286'],
    file: ACCESS,
    find: 'auditDays: given.AUDIT_RETENTION_DAYS,',
    replace: 'auditDays: 3_650,',
    why: 'Records are kept for as long as we like.',
  },
  {
    claims: ['G5.286'],
    file: 'src/audit/janitor.ts',
    find: "if (removed > 0) await record(options, account, { action: 'audit.retain', removed, before });",
    replace: '',
    why: 'What is cleaned up leaves no record.',
  },
  {
    claims: ['G4.241'],
    file: 'src/serve.ts',
    find: 'const isAuditOn = settings.settings.ENABLE_AUDIT_LOGGING;',
    replace: 'const isAuditOn = true;',
    why: 'It cannot be turned off.',
  },
  {
    claims: ['G5.283'],
    file: 'src/http/denials.ts',
    find: "  UNAUTHENTICATED: 'auth.denied',\n",
    replace: '',
    why: 'Keys are tried unseen.',
  },
  {
    claims: ['G5.284'],
    file: ACCESS,
    find: 'failures: given.ALERT_FAILURES,',
    replace: 'failures: given.ALERT_FAILURES * 2,',
    why: 'An alert comes late.',
  },
  {
    claims: ['G5.284'],
    file: ACCESS,
    find: 'failures: given.ALERT_FAILURES,',
    replace: 'failures: given.ALERT_FAILURES - 1,',
    why: 'An alert comes early.',
  },
  {
    claims: ['G5.285'],
    file: 'src/http/handlers/access/recorded-reads.ts',
    find: '      await store.account(account).audit.append(row);\n',
    replace: '',
    why: 'Admins look at people unseen.',
  },
  {
    claims: ['G5.286'],
    file: 'src/http/handlers/audit-of.ts',
    find: '{ from: old.get(name) ?? null, to }',
    replace: '{ to }',
    why: 'A record does not say what was before.',
  },
];
