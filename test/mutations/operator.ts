import type { Mutation } from './mutation.ts';

const DOCTOR = 'src/cli/doctor/doctor-command.ts';
const PASSWORDS = 'src/config/doctor-passwords.ts';
const TASKS = 'src/config/tasks.ts';

/** What an operator is told and given. */
export const OPERATOR_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G1.057'],
    file: 'src/cli/doctor/guides.ts',
    find: "      item('logs hold nothing sensitive', 'log-content'),\n",
    replace: '',
    why: 'The checklist leaves an item out.',
  },
  {
    claims: ['G5.298'],
    file: 'src/cli/doctor/guides.ts',
    find: "item('no default password is left', 'passwords', 'database-password-age')",
    replace: "item('no default password is left', 'database-password-age')",
    why: 'The checklist does not look at default passwords.',
  },
  {
    claims: ['G1.057', 'G5.298'],
    file: DOCTOR,
    find: "return counting.some(({ state }) => state === 'fail') ? 1 : 0;",
    replace: 'return 0;',
    why: 'A check that failed is no failure.',
  },
  {
    claims: ['G5.298'],
    file: PASSWORDS,
    find: 'const isDefault = DEFAULTS.has(password.toLowerCase()) || password === user;',
    replace: 'const isDefault = false;',
    why: 'A default password is only a short one.',
  },
  {
    claims: ['G5.289'],
    file: 'src/config/doctor-password-age.ts',
    find: 'return ageDays > ACCESS_LIMITS.databasePasswordAgeDays;',
    replace: 'return ageDays > ACCESS_LIMITS.databasePasswordAgeDays * 2;',
    why: 'A password of a database grows old unseen.',
  },
  {
    claims: ['G5.256'],
    file: 'src/cli/keys/generate-command.ts',
    find: "made.join(',')",
    replace: 'made[0]',
    why: 'One key is printed where two were asked for.',
  },
  {
    claims: ['G5.257'],
    file: TASKS,
    find: "'hex').toString('base64')",
    replace: "'hex').subarray(0, 16).toString('base64')",
    why: 'A generated password has half the bytes.',
  },
  {
    claims: ['G3.138'],
    file: 'src/cli/people/typed-password.ts',
    find: ".replace(/\\r?\\n$/, '')",
    replace: ".replace(/\\s?\\n$/, ' ')",
    why: 'The hash is that of another text.',
  },
  {
    claims: ['G3.139', 'G3.140'],
    file: 'src/auth/first-admin.ts',
    find: 'if (HASH.test(password)) return password;',
    replace: "if (password === '') return password;",
    why: 'The text of the hash is the password.',
  },
  {
    claims: ['G3.142'],
    file: 'src/auth/passwords.ts',
    find: 'const draw = (from: string) => from.charAt(randomBelow(from.length));',
    replace: 'const draw = (from: string) => from.charAt(randomBelow(1));',
    why: 'Every first admin has the same password.',
  },
  {
    claims: ['G3.142'],
    file: 'src/cli/server/serve-command.ts',
    find: '  tellFirstAdmin(terminal, served.firstAdmin);\n',
    replace: '',
    why: 'Nobody is told the password that was made.',
  },
  {
    claims: ['G3.141'],
    file: 'src/config/judge-access.ts',
    find: "if (password !== '' && !BCRYPT.test(password)) {",
    replace: "if (password === '.' && !BCRYPT.test(password)) {",
    why: 'A password in the settings is not warned of.',
  },
  {
    claims: ['G5.254'],
    file: 'src/config/judge-connections.ts',
    find: 'if (DEFAULT_PASSWORDS.has(password.toLowerCase()) || password === decodedPart(url.username)) {',
    replace: "if (password === '') {",
    why: 'Production starts on a default password.',
  },
  {
    claims: ['G5.259'],
    file: 'src/auth/admin-keys.ts',
    find: 'if (equalDigests(own, digest)) found ??= principal;',
    replace:
      "if (equalDigests(own, digest) && principal.id === 'key:admin-1') found ??= principal;",
    why: 'The second admin key opens nothing.',
  },
  {
    claims: ['G5.288'],
    file: 'src/cli/keys/read-commands.ts',
    find: "return key.isDue ? 'due' : 'good';",
    replace: "return 'good';",
    why: 'A key that is due looks like any other.',
  },
];
