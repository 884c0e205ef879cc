import { nearest } from '../base/index.ts';
import { ANOTHER_WAY, isNotUsedYet } from './foreign-names.ts';
import { spellings } from './names.ts';
import type { Named, SettingsProblem } from './source.ts';

/** A name that is no setting, with the one of `known` that was meant, where one is near. */
export function unknownName({ name, source }: Named, known: readonly string[]): SettingsProblem {
  const near = nearest(name, known);
  const remedy =
    near === undefined
      ? 'Remove it, unless another program reads this file.'
      : `Did you mean ${near}?`;
  return { name, source, message: `${name} is no setting, so it has no effect`, remedy };
}

/**
 * One warning for all names of `.env` that look like settings of ours with a slip, because a server
 * that starts without them does not do what was meant. Not of the environment, which is full of
 * other programs' variables, and not of names that another system is known to have.
 */
export function misspeltNames(strangers: readonly Named[]): readonly SettingsProblem[] {
  const known = [...spellings().keys()];
  const meant = new Map<string, string>();
  let first: Named | undefined;
  for (const stranger of strangers) {
    const { name, source } = stranger;
    if (source === 'environment' || isNotUsedYet(name) || Object.hasOwn(ANOTHER_WAY, name))
      continue;
    const near = nearest(name, known);
    if (near === undefined) continue;
    first ??= stranger;
    meant.set(name, near);
  }
  if (first === undefined) return [];
  const words = meant.size === 1 ? 'is no setting, so it has' : 'are no settings, so they have';
  const message = `${[...meant.keys()].join(', ')} ${words} no effect`;
  const remedy = `Did you mean ${[...meant.values()].join(', ')}?`;
  return [{ name: first.name, source: first.source, message, remedy }];
}
