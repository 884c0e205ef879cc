/**
 * Threat: a password that stands in every list of guesses, or that follows from its owner's name
 * (CWE-521, NIST SP 800-63B section 5.1.1.2, ASVS 5.0 6.2.1, 6.2.4, 6.2.11; claim G2.084). No list
 * holds them all, so this reads a password as its parts, and asks whether they are worth guessing.
 */
import { ACCESS_LIMITS } from '../base/index.ts';
import { AppError } from '../errors/index.ts';
import { foldText, type Guesser, openGuesser } from './password-guesses.ts';

export interface PasswordRules {
  /** Errors: PASSWORD_WEAK with what is wrong and what to do, and nothing of the password. */
  judge(password: string, about: { readonly names: readonly string[] }): void;
}

/**
 * 2^28 readings. Chosen by measure (decision 0011): two bits more refuse more than twice as many
 * passwords of eight characters that were drawn at random; two bits less let through four to eight
 * in a hundred more of those that are guessed.
 */
const BITS_LEAST = 28;
/** Digits alone are dates and numbers of telephones, which nobody has to draw. */
const DIGITS_LEAST = 12;
const NAME_LEAST = 3;
const { passwordBytesLeast, passwordBytes } = ACCESS_LIMITS;

/** The rules; `isComplex` is PASSWORD_COMPLEXITY. The words are made ready when first asked. */
export function openPasswordRules(options: { readonly isComplex: boolean }): PasswordRules {
  let guesser: Guesser | undefined;
  return {
    judge: (password, { names }) => {
      guesser ??= openGuesser();
      const what =
        lengthFault(password) ??
        (options.isComplex ? complexityFault(password) : undefined) ??
        guessFault(password, names, guesser);
      if (what !== undefined) throw new AppError('PASSWORD_WEAK', what);
    },
  };
}

interface Fault {
  readonly message: string;
  readonly remedy: string;
}

const UNUSUAL = 'Take a few unusual words that do not belong together, or let a program make one.';

function lengthFault(password: string): Fault | undefined {
  // No character is less than a byte, so what is far too long is not even counted.
  const isFar = password.length > passwordBytes;
  const bytes = isFar ? passwordBytes + 1 : Buffer.byteLength(password);
  if (bytes > passwordBytes) {
    const message = `the password is longer than ${passwordBytes} bytes`;
    return { message, remedy: 'Take a shorter one; letters beyond a to z count two and more.' };
  }
  if (bytes < passwordBytesLeast) {
    const message = `the password is shorter than ${passwordBytesLeast} bytes`;
    return { message, remedy: UNUSUAL };
  }
  if (password.includes('\0') || /\p{Cs}/u.test(password)) {
    const message = 'the password holds a character that is none';
    return { message, remedy: 'Type it again, with the keys of a keyboard.' };
  }
  return undefined;
}

const KINDS: readonly RegExp[] = [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u];

function complexityFault(password: string): Fault | undefined {
  if (KINDS.every((kind) => kind.test(password))) return undefined;
  const message = 'the password lacks a kind of character that this server asks for';
  return { message, remedy: 'Use small and capital letters, digits and other characters.' };
}

function guessFault(
  password: string,
  names: readonly string[],
  guesser: Guesser,
): Fault | undefined {
  const isDigits = /^\d+$/.test(password) && password.length < DIGITS_LEAST;
  if (isDigits || guesser.bitsOf(password, new Set()) < BITS_LEAST) {
    const message = 'the password is common, or made of common words, numbers or keys in a row';
    return { message, remedy: UNUSUAL };
  }
  if (guesser.bitsOf(password, partsOf(names)) < BITS_LEAST) {
    const message = 'the password is made of your own name or address';
    return { message, remedy: UNUSUAL };
  }
  return undefined;
}

/** Names whole and in parts, as `jane.doe@example.com` gives jane, doe and example. */
function partsOf(names: readonly string[]): ReadonlySet<string> {
  const parts = names.flatMap((name) => {
    const { low, spoken } = foldText(name);
    return [low, ...spoken].flatMap((form) => [form, ...form.split(/[^\p{L}\p{N}]+/u)]);
  });
  return new Set(parts.filter((part) => part.length >= NAME_LEAST));
}
