import type { BooleanEntry, ListEntry, NumberEntry, SettingEntry } from './entry.ts';
import { ACCESS_SETTINGS } from './table-access.ts';
import { CODE_SETTINGS } from './table-code.ts';
import { DATABASE_SETTINGS } from './table-database.ts';
import { FLOW_SETTINGS } from './table-flows.ts';
import { SERVER_SETTINGS } from './table-server.ts';

/**
 * Every setting, declared once, in five parts: from this table come the type `Settings`, the
 * loader, `.env.example`, docs/reference/settings.md and the names of other systems.
 */
export const SETTINGS = {
  ...SERVER_SETTINGS,
  ...ACCESS_SETTINGS,
  ...DATABASE_SETTINGS,
  ...FLOW_SETTINGS,
  ...CODE_SETTINGS,
} as const satisfies Readonly<Record<string, SettingEntry>>;

export type SettingName = keyof typeof SETTINGS;

type SettingValue<E extends SettingEntry> = E extends { choices: readonly (infer Choice)[] }
  ? Choice
  : E extends ListEntry
    ? readonly string[]
    : E extends BooleanEntry
      ? boolean
      : E extends NumberEntry
        ? number
        : string;

/** All settings by name: sizes in bytes, durations in milliseconds. */
export type Settings = {
  readonly [Name in SettingName]: SettingValue<(typeof SETTINGS)[Name]>;
};

/**
 * Keys that system 1's `.tubes.yaml` may hold and that nothing here uses yet; a section alone
 * stands for all of its keys.
 */
export const UNUSED_TUBES_KEYS: readonly string[] = [
  'llm',
  'cache',
  'http.retry_attempts',
  'http.user_agent',
  'execution.save_intermediate',
];
