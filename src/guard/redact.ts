import { assert, LOG_LIMITS } from '../base/index.ts';
import { formsOf } from './redact-forms.ts';
import { maskShapes, REDACTED } from './redact-shapes.ts';
import { plainCopy } from './redact-value.ts';

export interface Redactor {
  /** The text without known secrets, in any usual encoding, and without what looks like one. */
  text(text: string): string;
  /**
   * A plain copy of anything, bounded in depth and size, for the log: secrets and personal data are
   * gone by value and by the name of their field. Never throws, calls no getter and no method.
   */
  value(value: unknown): unknown;
  /** Looks for this secret from now on, unless it is under LOG_LIMITS.secretCharacters. */
  add(secret: string): void;
}

/**
 * Threat: secrets and personal data that leave in a log line, an error or a trace (CWE-532, ASVS
 * 5.0 16.2.5, claims G2.114, G3.146). Known secrets are found by their value in the encodings of
 * redact-forms.ts, others by their shape or the name of their field. What a hostile party encodes
 * in another way is not found: this is a net, and not writing secrets is the rule.
 */
export function redactor(options: { readonly secrets: readonly string[] }): Redactor {
  const known = new Set<string>();
  const forms = new Set<string>();
  let search: RegExp | undefined;
  let longest = 0;
  const add = (secret: string) => {
    if (secret.length < LOG_LIMITS.secretCharacters || known.has(secret)) return;
    assert(known.size < LOG_LIMITS.secrets, 'a redactor looks for a bounded number of secrets');
    known.add(secret);
    for (const form of formsOf(secret)) {
      forms.add(form);
      longest = Math.max(longest, form.length);
    }
    search = undefined;
  };
  for (const secret of options.secrets) add(secret);
  const maskKnown = (text: string) => {
    if (forms.size === 0) return text;
    search ??= anyOf(forms);
    return text.replace(search, REDACTED);
  };
  const text = (given: string) => {
    // Nothing that is looked for is so short, and most names of fields are.
    if (given.length < LOG_LIMITS.secretCharacters) return given;
    return maskShapes(maskKnown(given));
  };
  const shortText = (given: string, length: number) => {
    if (given.length <= length) return text(given);
    // A secret that the cut would divide is no longer found, so the cut comes after the search, and
    // what a secret at the end of the piece may have left behind goes too.
    const piece = text(given.slice(0, length + longest));
    const whole = piece.slice(0, Math.max(0, Math.min(length, piece.length - longest)));
    return `${whole}… (${given.length} characters)`;
  };
  return { text, value: (value) => plainCopy(value, shortText), add };
}

/** The longest first, so that a secret that holds another one goes as a whole. */
function anyOf(forms: ReadonlySet<string>): RegExp {
  const literals = [...forms]
    .sort((one, other) => other.length - one.length)
    .map((form) => form.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'));
  return new RegExp(literals.join('|'), 'g');
}
