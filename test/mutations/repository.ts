import type { Mutation } from './mutation.ts';

/** The repository: what is ignored, scanned, checked and said. */
export const REPOSITORY_MUTATIONS: readonly Mutation[] = [
  {
    claims: ['G1.005', 'G2.060', 'G3.165', 'G5.287'],
    file: '.gitignore',
    find: '\n.env\n',
    replace: '\n',
    why: 'Git does not ignore .env.',
  },
  {
    claims: ['G2.061'],
    file: 'scripts/secret-scan.js',
    find: '[...findSecretFile(file), ...findSecrets(file)]',
    replace: 'findSecrets(file)',
    why: 'The hook looks at contents alone.',
  },
  {
    claims: ['G2.062'],
    file: 'scripts/secret-scan.js',
    find: String.raw`form: /\bsk-`,
    replace: String.raw`form: /\bsk-none-`,
    why: 'Keys of model providers are not found.',
  },
  {
    claims: ['G2.063'],
    file: 'scripts/check.js',
    find: "  if (found.length === 0) return { outcome: 'passed' };",
    replace: "  if (found.length >= 0) return { outcome: 'passed' };",
    why: 'A secret does not fail the build.',
  },
  {
    claims: ['G2.124'],
    file: 'scripts/check.js',
    find: '  if (serious === 0)',
    replace: '  if (serious >= 0)',
    why: 'A vulnerability does not fail the check.',
  },
  {
    claims: ['G2.125'],
    file: '.github/dependabot.yml',
    find: 'interval: weekly',
    replace: 'interval: never',
    why: 'Dependencies stay as they are.',
  },
  {
    claims: ['G2.136'],
    file: 'scripts/prepare.js',
    find: '    if (found !== undefined && found.integrity !== entry.integrity) return false;\n',
    replace: '',
    why: 'A package with another sum is taken.',
  },
  {
    claims: ['G4.252'],
    file: 'src/crypto/random.ts',
    find: "return randomBytes(bytes).toString('hex');",
    replace: 'return String(Math.random()).repeat(bytes).slice(0, bytes * 2);',
    why: 'Tokens can be guessed.',
  },
  {
    claims: ['G1.059'],
    file: 'SECURITY.md',
    find: 'Report a weakness in private',
    replace: 'Weaknesses interest us',
    why: 'Nobody knows how to report.',
  },
  {
    claims: ['G5.297'],
    file: 'SECURITY.md',
    find: ' Please do not open a public issue.',
    replace: '',
    why: 'Weaknesses become public before they are mended.',
  },
];
