/** What a row of the settings table may be. */
interface EntryBase {
  /** One sentence for the reference page and `.env.example`. */
  readonly summary: string;
  /** Where another system gives the name a different meaning or form; for the reference page. */
  readonly note?: string;
  readonly group: SettingGroup;
  /** Names under which other systems know the setting; read from the environment and `.env`. */
  readonly aliases?: readonly string[];
  /** Where system 1's `.tubes.yaml` keeps it, such as `http.timeout`. */
  readonly tubesKey?: string;
  /** The first version that reads it. */
  readonly since: string;
}

/** The form of a text, and that form in words, as the end of "NAME must be ...". */
export interface Form {
  readonly form: RegExp;
  readonly words: string;
}

export interface TextEntry extends EntryBase {
  /** The value of a `secret` is shown nowhere: in no message, page or log. */
  readonly type: 'text' | 'secret';
  readonly default: string;
  /** Absent: any text. */
  readonly form?: Form;
}
/** An address with a scheme. Its value is shown nowhere, since it may hold a password. */
export interface UrlEntry extends EntryBase {
  readonly type: 'url';
  readonly default: '';
  /** Without the colon; the first one is the one to write. */
  readonly schemes: readonly string[];
}
/** `integer` counts; `size` is bytes, also `512 KiB`; `duration` is milliseconds, written `30s`. */
export interface NumberEntry extends EntryBase {
  readonly type: 'integer' | 'size' | 'duration';
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** What an integer counts, for the reference page. */
  readonly unit?: string;
}
export interface BooleanEntry extends EntryBase {
  readonly type: 'boolean';
  readonly default: boolean;
}
export interface ChoiceEntry extends EntryBase {
  readonly type: 'choice';
  readonly choices: readonly string[];
  /** Other spellings in lower case, each with the choice it means. */
  readonly spellings?: Readonly<Record<string, string>>;
  readonly default: string;
}
/** Commas between the items, or a JSON array, which may be empty; `secrets` are never shown. */
export interface ListEntry extends EntryBase {
  readonly type: 'list' | 'secrets';
  readonly default: readonly string[];
  /** The form of one item. */
  readonly item: Form;
}

export type SettingEntry =
  | TextEntry
  | UrlEntry
  | NumberEntry
  | BooleanEntry
  | ChoiceEntry
  | ListEntry;

export type SettingGroup =
  | 'Server'
  | 'Secrets'
  | 'Access'
  | 'Audit'
  | 'Database'
  | 'Flows'
  | 'Executions'
  | 'Code'
  | 'Network'
  | 'Files'
  | 'Log';

/** Whether a value of the entry must stay out of messages. */
export function isConfidential(entry: SettingEntry): boolean {
  return entry.type === 'secret' || entry.type === 'secrets' || entry.type === 'url';
}
