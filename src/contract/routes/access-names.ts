import { z } from 'zod';
import { ACCESS_LIMITS, foldName } from '../../base/index.ts';
import { ALL_PERMISSIONS, type Permission } from '../permission.ts';

/** Names and texts that the routes of people, keys and shares have in common. */

/** What is seen nowhere, such as the Hangul filler; the forms of an emoji choose its picture. */
const INVISIBLE = /(?!\p{Variation_Selector})\p{Default_Ignorable_Code_Point}/u;

/** No control characters, no line ends, nothing invisible, and no blank at either end. */
const line = (characters: number) =>
  z
    .string()
    .max(characters * 4)
    .trim()
    .min(1)
    .max(characters)
    .regex(/^[^\p{C}\p{Zl}\p{Zp}]+$/u, 'it holds a control character')
    .refine((text) => !INVISIBLE.test(text), 'it holds an invisible character');

const USERNAME = /^[\p{L}\p{N}][\p{L}\p{N}._@+-]*$/u;

/** Scripts with letters that look like those of another; a name has letters of one of them. */
const ALIKE = [
  /\p{Script=Latin}/u,
  /\p{Script=Cyrillic}/u,
  /\p{Script=Greek}/u,
  /\p{Script=Armenian}/u,
  /\p{Script=Lisu}/u,
  /\p{Script=Cherokee}/u,
  /\p{Script=Coptic}/u,
];

/**
 * Whether this has the form of a name. Threat: somebody takes a name that people read as that of
 * another, with an invisible letter in it or with one of another script (UTS 39).
 */
export function isUsername(text: string): boolean {
  return [text, foldName(text)].every(
    (form) =>
      USERNAME.test(form) &&
      !/\p{Default_Ignorable_Code_Point}/u.test(form) &&
      ALIKE.filter((script) => script.test(form)).length <= 1,
  );
}

export const username = z
  .string()
  .max(ACCESS_LIMITS.usernameCharacters * 4)
  .trim()
  .min(ACCESS_LIMITS.usernameCharactersLeast)
  .max(ACCESS_LIMITS.usernameCharacters)
  .regex(USERNAME, 'letters, digits and . _ @ + - are taken')
  .refine(isUsername, 'it has an invisible letter, or mixes letters of scripts that look alike')
  .describe(
    'A name of one’s own on this server, such as a mail address; letter case does not count.',
  );

export const password = z
  .string()
  .min(1)
  .max(ACCESS_LIMITS.passwordCharactersRead)
  .describe('8 to 72 bytes in UTF-8, not a common one, without the name.');

export const displayName = line(ACCESS_LIMITS.displayNameCharacters);
export const email = z.email().max(ACCESS_LIMITS.emailCharacters);
export const permission = z.enum(ALL_PERMISSIONS as [Permission, ...Permission[]]);
export const roleName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/)
  .describe('admin, user, viewer, or a role of the account.');
