import type { LoadedSettings } from './load.ts';
import type { SettingsProblem } from './source.ts';
import type { SettingName } from './table.ts';

/**
 * Something about the settings of a server that a person should know, and how much it weighs:
 * `refused` keeps the server from starting, `production` does so in production and is a warning
 * elsewhere, a `warning` is told at every start, an `advice` only by `sluice config check`.
 */
export interface Advice {
  readonly weight: 'refused' | 'production' | 'warning' | 'advice';
  readonly problem: SettingsProblem;
}

/** An advice about one setting. `what` goes on after the name of the variable that gave it. */
export function advise(
  loaded: LoadedSettings,
  setting: SettingName,
  words: { readonly weight: Advice['weight']; readonly what: string; readonly remedy: string },
): Advice {
  const name = loaded.names[setting];
  const source = loaded.sources[setting];
  const { weight, what, remedy } = words;
  return { weight, problem: { name, source, message: `${name} ${what}`, remedy, setting } };
}
