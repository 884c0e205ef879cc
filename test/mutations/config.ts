// biome-ignore-all lint/suspicious/noTemplateCurlyInString: pieces of code that hold templates.
import type { Mutation } from './mutation.ts';

const SECRETS = 'src/config/judge-secrets.ts';
const WEAK = 'src/config/weak-secret.ts';
const CONNECTIONS = 'src/config/judge-connections.ts';
const GENERATE = 'src/config/generate.ts';

/** Settings: what a server must have, what is refused, what the generator writes. */
export const CONFIG_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G1.001', 'G1.003', 'G1.008', 'G1.009', 'G1.016', 'G1.017', 'G2.082', 'G3.167'],
    file: SECRETS,
    find: '    ...missing.map((name) => missingSetting(loaded, name)),\n',
    replace: '',
    why: 'A secret may be missing.',
  },
  {
    claims: ['G1.003'],
    file: WEAK,
    find: "  if (isExample(secret)) return 'is an example that stands in a guide';\n",
    replace: '',
    why: 'The example of a guide is a secret like any other.',
  },
  {
    claims: ['G1.004', 'G3.144'],
    file: WEAK,
    find: 'if (length < SECRET_LIMITS.characters) {',
    replace: 'if (length < SECRET_LIMITS.characters - 1) {',
    why: 'A secret of 31 characters is enough.',
  },
  {
    claims: ['G3.149'],
    file: SECRETS,
    find: '    ...equalSecrets(loaded),\n',
    replace: '',
    why: 'One secret may serve two purposes.',
  },
  {
    claims: ['G4.209'],
    file: WEAK,
    find: "return 'is not 32 bytes, written as 64 hex digits or in base64';",
    replace: 'return undefined;',
    why: 'An encryption key may have any length.',
  },
  {
    claims: ['G2.127', 'G3.168'],
    file: 'src/config/sources.ts',
    find: "if (text.trim() !== '') return { value: text };",
    replace: 'return { value: variable.value };',
    why: 'The name of a file is taken for the secret in it.',
  },
  {
    claims: ['G2.129'],
    file: 'src/config/server-settings.ts',
    find: '      ...loaded.serverProblems,\n',
    replace: '',
    why: 'A setting that cannot be read does not keep the server from starting.',
  },
  {
    claims: ['G5.274'],
    file: CONNECTIONS,
    find: "weight: isNear ? 'advice' : 'production', what, remedy });",
    replace: "weight: 'advice', what, remedy });",
    why: 'Production takes a database without TLS.',
  },
  {
    claims: ['G1.018'],
    file: CONNECTIONS,
    find: "  if (url.password === '') {",
    replace: "  if (url.password === 'none') {",
    why: 'A Redis without a password is fine.',
  },
  {
    claims: ['G1.018', 'G1.019'],
    file: 'src/cli/config-check-command.ts',
    find: 'return { name, source, message, remedy };',
    replace: "return { name, source, message, remedy: '' };",
    why: 'A warning comes without a suggestion.',
  },
  {
    claims: ['G5.272'],
    file: CONNECTIONS,
    find: "  return [advise(loaded, name, { weight: 'advice', what, remedy })];",
    replace: '  return [];',
    why: 'A short password of a database is not told of.',
  },
  {
    claims: ['G1.010', 'G1.011', 'G4.183'],
    file: GENERATE,
    find: 'JWT_SECRET_KEY=${secret()}',
    replace: "JWT_SECRET_KEY=${'0123456789abcdef'.repeat(4)}",
    why: 'Everybody gets the same secret.',
  },
  {
    claims: ['G1.002'],
    file: GENERATE,
    find: 'JWT_SECRET_KEY=${secret()}',
    replace: 'JWT_SECRET_KEY=${random(16)}',
    why: 'A generated secret has half the bytes.',
  },
  {
    claims: ['G5.257'],
    file: GENERATE,
    find: 'const secret = () => random(SECRET_LIMITS.generatedBytes);',
    replace: 'const one = random(SECRET_LIMITS.generatedBytes);\n  const secret = () => one;',
    why: 'One password is generated for everything.',
  },
  {
    claims: ['G1.012'],
    file: GENERATE,
    find: '#REDIS_URL=redis://:${secret()}@',
    replace: '#REDIS_URL=redis://',
    why: 'The template of Redis has no password.',
  },
  {
    claims: ['G1.013'],
    file: GENERATE,
    find: '#DATABASE_URL=postgresql://sluice:${secret()}@db.example.com:5432/sluice?sslmode=require',
    replace: '#DATABASE_URL=postgresql://sluice:${secret()}@db.example.com:5432/sluice',
    why: 'The template of PostgreSQL has no TLS.',
  },
  {
    claims: ['G1.014'],
    file: GENERATE,
    find: '#BASE_URL=https://',
    replace: '#BASE_URL=http://',
    why: 'The template of the address is in clear text.',
  },
  {
    claims: ['G1.015'],
    file: 'src/config/write-file.ts',
    find: "openSync(path, 'wx', 0o600)",
    replace: "openSync(path, 'w', 0o600)",
    why: 'The generator overwrites.',
  },
  {
    claims: ['G2.126'],
    file: 'src/config/write-file.ts',
    find: 'fchmodSync(file, 0o600);',
    replace: 'fchmodSync(file, 0o644);',
    why: 'Others on the machine read the secrets.',
  },
  {
    claims: ['G2.126'],
    file: 'src/config/judge-files.ts',
    find: 'if (mode === undefined || (mode & 0o077) === 0) return [];',
    replace: 'if (mode === undefined || (mode & 0o007) === 0) return [];',
    why: 'A .env that the group can read is fine.',
  },
  {
    claims: ['G1.007'],
    file: 'src/config/literal-secret.ts',
    find: '  if (SECRET_KEY.test(key)) return true;\n',
    replace: '',
    why: 'A key in a shared file is not seen by its name.',
  },
  {
    claims: ['G5.255'],
    file: '.env.example',
    find: '#LOG_LEVEL=',
    replace: '#LOG_LEVELS=',
    why: 'The example names a variable that nothing reads.',
  },
  {
    claims: ['G5.282'],
    file: 'src/main.ts',
    find: "form: isPerson ? 'spoken' : 'json',",
    replace: "form: 'spoken',",
    why: 'The log is written for people alone.',
  },
  {
    claims: ['G3.179'],
    file: 'src/serve.ts',
    find: '...databaseOptions(wanted), dataDir, log',
    replace: "...databaseOptions(wanted), dataDir: 'data', log",
    why: 'The data is not where DATA_DIR says.',
  },
];
