/** What stands where a secret was. */
export const REDACTED = '[redacted]';

/**
 * Secrets that are known by their shape alone. Every repetition is bounded, so that the search is
 * linear in the text (CWE-1333).
 */
const SHAPES: readonly { readonly form: RegExp; readonly instead: string }[] = [
  // The password in an address: scheme://user:password@host.
  {
    form: /\b([a-z][a-z0-9+.-]{1,30}:\/\/[^\s:/@?#"']{0,200}:)[^\s/@"']{1,500}@/gi,
    instead: `$1${REDACTED}@`,
  },
  // RFC 9110, 11.4: what follows the scheme of Authorization.
  { form: /\b(Bearer|Basic)\s{1,5}[\w.~+/-]{8,4096}=*/gi, instead: `$1 ${REDACTED}` },
  // JSON web tokens (RFC 7519).
  { form: /\beyJ[\w-]{8,4096}\.[\w-]{4,8192}\.[\w-]{0,2048}/g, instead: REDACTED },
  { form: /\bsk-[\w-]{16,256}/g, instead: REDACTED },
  { form: /\bsluice_[0-9a-f]{32,128}\b/g, instead: REDACTED },
  {
    form: /\b(?:gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|npm_)[\w-]{16,256}/g,
    instead: REDACTED,
  },
  { form: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g, instead: REDACTED },
  // PEM (RFC 7468), its line breaks as they are or escaped; also where its end is missing.
  {
    form: /-----BEGIN [A-Z ]{0,40}PRIVATE KEY-----[\w+/=\s\\]*(?:-----END [A-Z ]{0,40}-----)?/g,
    instead: REDACTED,
  },
  // A parameter or an assignment whose name says what it holds.
  {
    form: /\b((?:[\w-]{0,40}(?:token|secret|passw(?:or)?d|api[_-]?key)|pwd)["']?\s{0,3}[=:]\s{0,3}["']?)[^\s"'&,;)}\]]{4,500}/gi,
    instead: `$1${REDACTED}`,
  },
];

/** The text without what looks like a secret. */
export function maskShapes(text: string): string {
  return SHAPES.reduce((masked, { form, instead }) => masked.replace(form, instead), text);
}
