// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pieces of code that hold templates.
import type { Mutation } from './mutation.ts';

const TLS = 'src/store/postgres/tls.ts';

/** The database: TLS, users, pools, SQL. */
export const STORE_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G1.047', 'G4.235', 'G5.274'],
    file: TLS,
    find: "  if (mode === 'disable') {",
    replace: "  if (mode === 'disable' || mode === 'require') {",
    why: 'require does not ask for TLS.',
  },
  {
    claims: ['G1.048', 'G3.161'],
    file: TLS,
    find: "if (mode === 'verify-full') return { ...base, rejectUnauthorized: true };",
    replace: "if (mode === 'verify-full') return { ...base, rejectUnauthorized: false };",
    why: 'verify-full believes any certificate.',
  },
  {
    claims: ['G1.049'],
    file: 'src/store/postgres/database.ts',
    find: "options: '-c default_transaction_read_only=on'",
    replace: "options: ''",
    why: 'The read address may write.',
  },
  {
    claims: ['G1.050'],
    file: 'src/store/postgres/pool.ts',
    find: 'const max = settings.poolSize ?? POSTGRES_LIMITS.poolSize;',
    replace: 'const max = POSTGRES_LIMITS.poolSize;',
    why: 'The size of the pool has no effect.',
  },
  {
    claims: ['G4.236'],
    file: 'src/store/postgres/failure.ts',
    find: "  return new AppError('STORE_UNAVAILABLE', {",
    replace: "  return new AppError('INTERNAL', {",
    why: 'A dead database is an error that says nothing.',
  },
  {
    claims: ['G2.064', 'G2.065', 'G4.232'],
    file: 'src/store/stored-text.ts',
    find: '  return text.replace(\n    UNSTORABLE,',
    replace: '  return text.replaceAll("\'", "\'\'").replace(\n    UNSTORABLE,',
    why: 'Texts are escaped as if they were pasted into SQL.',
  },
  {
    claims: ['G2.064', 'G4.232'],
    file: 'src/store/stored-text.ts',
    find: 'export function isUuid(text: string): boolean {\n',
    replace:
      'export const planted = (name: string) => `SELECT * FROM flows WHERE name = ${name}`;\nexport function isUuid(text: string): boolean {\n',
    why: 'A statement is put together from text.',
  },
  {
    claims: ['G4.234'],
    file: 'src/store/migrations/roles.sql',
    find: 'GRANT USAGE ON SCHEMA sluice TO sluice_app, sluice_reader;',
    replace: 'GRANT ALL ON SCHEMA sluice TO sluice_app, sluice_reader;',
    why: 'The user of the program may make tables.',
  },
  {
    claims: ['G4.196'],
    file: 'src/store/account/audit.ts',
    find: "if (scoped.isAuditOn) await scoped.insert('audit_events', auditColumns(entry));",
    replace: "  await database.insertInto('audit_events').values(auditColumns(entry)).execute();",
    why: 'A query goes past the account.',
  },
];
