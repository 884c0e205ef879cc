// What the scripts print: colours where a person watches, plain text everywhere else.

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 };

/**
 * Whether `stream` shows colours: https://no-color.org, FORCE_COLOR, else a terminal.
 * @param {{isTTY?: boolean}} stream
 * @param {Readonly<Record<string, string | undefined>>} environment
 */
export function hasColours(stream = process.stdout, environment = process.env) {
  if ((environment.NO_COLOR ?? '') !== '') return false;
  if ((environment.FORCE_COLOR ?? '') !== '') return environment.FORCE_COLOR !== '0';
  return stream.isTTY === true && environment.TERM !== 'dumb';
}

/** `text` in one of bold, dim, red, green, yellow, cyan; unchanged where there are no colours. */
export function paint(colour, text) {
  return hasColours() ? `\u001b[${CODES[colour]}m${text}\u001b[0m` : text;
}

/** One line about a finished piece of work: `outcome` is passed, failed or skipped. */
export function printOutcome(outcome, name, ms, note = '') {
  const mark = {
    passed: paint('green', '✓'),
    failed: paint('red', '✗'),
    skipped: paint('yellow', '-'),
  }[outcome];
  const time = ms === undefined ? '' : paint('dim', ` ${spokenTime(ms)}`);
  console.log(`${mark} ${name}${time}${note === '' ? '' : `  ${note}`}`);
}

/**
 * The closing line of every run, alone on its line and without colour, so that tools can read it.
 */
export function printCounts({ passed, failed, skipped }) {
  console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
}

/** `850 ms`, `2.4 s`. */
export function spokenTime(ms) {
  return ms < 1_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;
}
