/** Where a command writes; handed in by main.ts, so that tests can read what a person would see. */
export interface Terminal {
  out(text: string): void;
  err(text: string): void;
  /** True when standard output is a screen that can redraw lines. */
  readonly isScreen: boolean;
  readonly hasColour: boolean;
  /** 0 where a screen does not know. Both change when a person resizes the window. */
  readonly columns: number;
  readonly rows: number;
}

type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan';

const STYLE_CODES: Readonly<Record<Style, readonly [number, number]>> = {
  bold: [1, 22],
  dim: [2, 22],
  red: [31, 39],
  green: [32, 39],
  yellow: [33, 39],
  cyan: [36, 39],
};

/** Wraps text in one style where the terminal has colour. */
export function styled(terminal: Terminal, style: Style, text: string): string {
  if (!terminal.hasColour) return text;
  const [on, off] = STYLE_CODES[style];
  return `\u001b[${on}m${text}\u001b[${off}m`;
}

// C0 and C1 controls but line feed and tab, DEL, and the characters that reorder text: what a name
// or an output of a hostile flow could use to move the cursor or to show another text than it is.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape.
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Text of a flow made safe for a screen: control and reordering characters show as `\u001b`. */
export function printable(text: string): string {
  return text.replace(UNSAFE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * The one document of `--json`. What JSON leaves as it is and a screen would obey is escaped too,
 * which changes no value: such characters only occur inside its texts.
 */
export function tellDocument(terminal: Terminal, document: unknown): void {
  terminal.out(`${printable(JSON.stringify(document, null, 2))}\n`);
}

/** As `printable`, on one line: line breaks and tabs become spaces; cut at `length` characters. */
export function printableLine(text: string, length = 200): string {
  const line = printable(text.replace(/\s+/g, ' ').trim());
  return line.length <= length ? line : `${line.slice(0, length - 1)}…`;
}
