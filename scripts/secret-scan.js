// Looks for keys and passwords that must not enter the repository. `node scripts/secret-scan.js`
// reads all files, `--staged` what the next commit holds (the pre-commit hook).
import { runMain } from './run-process.js';
import { stagedTexts, trackedTexts } from './tracked-files.js';

/** On a line, or on the line before: what looks like a secret there is made up for a test. */
export const ALLOW_MARKER = 'not-a-secret';

/**
 * What is looked for. `value` names the group whose randomness decides, where shape is not enough.
 */
const RULES = [
  { name: 'private key', form: /-----BEGIN (?:[A-Z0-9]+ )*PRIVATE KEY(?: BLOCK)?-----/ },
  { name: 'AWS access key', form: /\b(?:AKIA|ASIA|AGPA|AIDA|AROA)[A-Z2-7]{16}\b/ },
  { name: 'GitHub token', form: /\b(?:gh[pousr]_[A-Za-z0-9]{36,}|github_pat_\w{40,})/ },
  { name: 'GitLab token', form: /\bglpat-[\w-]{20,}/ },
  { name: 'Slack token', form: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/ },
  { name: 'Slack webhook', form: /hooks\.slack\.com\/(?:services|workflows)\/[\w/]{20,}/ },
  { name: 'model provider key', form: /\bsk-(?:ant-|proj-|svcacct-|or-v1-)?[A-Za-z0-9_-]{32,}/ },
  { name: 'Google API key', form: /\bAIza[\w-]{35}/ },
  { name: 'Stripe key', form: /\b[rs]k_live_[A-Za-z0-9]{16,}/ },
  { name: 'npm token', form: /\bnpm_[A-Za-z0-9]{36}\b/ },
  { name: 'registry login', form: /(?:_authToken|_auth|_password)\s*=\s*[^\s$][^\s]{7,}/ },
  { name: 'JSON web token', form: /\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{20,}/ },
  { name: 'password in a URL', form: /\b[a-z][a-z+]*:\/\/[^\s:/@'"`]+:(?<value>[^\s:/@'"`]{8,})@/ },
  {
    name: 'assigned secret',
    form: /(?:secret|token|passw(?:or)?d|api_?key|private_?key|credentials?)\w*["'`]?\s*[:=]\s*["'`]?(?<value>[\w+/=.~-]{20,})/i,
  },
];

/** Bits a character from which a value counts as random: English text and code names stay below. */
const RANDOM_BITS = 3.6;
const LINE_LENGTH_MAX = 20_000;
const SECRET_FILE = /(?:^|\/)(?:\.env|[^/]*\.key|secrets\/.*)$/i;

/** Every suspicious place in one file: {path, line, rule}. The secret itself is not repeated. */
export function findSecrets({ path, text }) {
  const lines = text.split('\n');
  return lines.flatMap((line, index) => {
    const isAllowed = `${lines[index - 1] ?? ''}${line}`.includes(ALLOW_MARKER);
    if (isAllowed || line.length > LINE_LENGTH_MAX) return [];
    const rule = RULES.find((candidate) => matches(candidate, line));
    return rule === undefined ? [] : [{ path, line: index + 1, rule: rule.name }];
  });
}

function matches(rule, line) {
  const found = rule.form.exec(line);
  if (found === null) return false;
  const value = found.groups?.value;
  if (value === undefined) return true;
  if (rule.name === 'password in a URL') return !/^[<$%{]|\*{3}|^x+$|pass|example/i.test(value);
  return /\d/.test(value) && /[a-z]/i.test(value) && bitsPerCharacter(value) >= RANDOM_BITS;
}

/** Shannon entropy of the characters of `text`. */
function bitsPerCharacter(text) {
  const counts = new Map();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values())
    bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** A file that is a secret by its name, whatever it holds (guide claim G2.061). */
function findSecretFile({ path }) {
  return SECRET_FILE.test(path) ? [{ path, line: 1, rule: 'file of secrets' }] : [];
}

/** All findings in the files of the repository, or in what is staged. */
export async function scan({ staged = false } = {}) {
  const texts = staged ? await stagedTexts() : await trackedTexts();
  return texts.flatMap((file) => [...findSecretFile(file), ...findSecrets(file)]);
}

async function main(words) {
  const found = await scan({ staged: words.includes('--staged') });
  for (const { path, line, rule } of found) console.error(`${path}:${line}: looks like a ${rule}`);
  if (found.length === 0) return;
  console.error(
    `\nRemove it, and replace it where it is in use. If it is made up for a test, write` +
      ` ${ALLOW_MARKER} in a comment on its line.`,
  );
  process.exitCode = 1;
}

await runMain(import.meta.url, main);
