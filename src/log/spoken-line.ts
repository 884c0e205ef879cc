/**
 * A line of the log as a person reads it: `12:30:05 warn  message  field=value`, and the stack of
 * an error on lines of its own, indented so that none of them can be taken for a line of the log.
 */
export function spokenLine(json: string, hasColour: boolean): string {
  const { level, time, message, error, ...fields }: Spoken = JSON.parse(json);
  const name = String(level);
  const clock = String(time).slice(11, 19);
  const parts = Object.entries(fields).map(([field, value]) => `${line(field)}=${shown(value)}`);
  const head = [paint(clock, 2, hasColour), paint(name.padEnd(5), COLOURS[name], hasColour)];
  return `${[...head, line(String(message)), ...parts].join(' ')}${errorText(error)}\n`;
}

/** What our own log has written. */
type Spoken = Readonly<Record<string, unknown>>;

const COLOURS: Readonly<Record<string, number>> = { debug: 2, info: 36, warn: 33, error: 31 };

function paint(text: string, code: number | undefined, hasColour: boolean): string {
  return hasColour && code !== undefined ? `\u001b[${code}m${text}\u001b[0m` : text;
}

function shown(value: unknown): string {
  if (typeof value === 'string' && /^[\w.:/@+-]+$/.test(value)) return value;
  return line(JSON.stringify(value) ?? 'undefined');
}

function errorText(error: unknown): string {
  if (error === undefined) return '';
  if (typeof error !== 'object' || error === null) return ` error=${shown(error)}`;
  const { stack, message } = error as Spoken; // An object of JSON: members that may be absent.
  const text = typeof stack === 'string' ? stack : String(message ?? JSON.stringify(error));
  return text
    .split('\n')
    .map((part) => `\n    ${line(part)}`)
    .join('');
}

// Every control and reordering character: parsed out of JSON, they would act on the terminal.
const ACTIVE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to escape.
  /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

function line(text: string): string {
  return text.replace(ACTIVE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
