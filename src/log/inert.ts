// What JSON leaves as it is and a terminal or a viewer acts on: DEL, the C1 controls (NEL breaks
// lines, CSI moves the cursor), the separators of Unicode and the marks that reorder text. C0 is
// escaped by JSON itself.
const ACTIVE = /[\u007f-\u009f\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/g;

/**
 * Threat: a field that forges lines of the log or sends commands to the terminal of who reads it
 * (CWE-117, CWE-150; claim G4.239). Writes such characters of a line of JSON as `\u0085`, which is
 * the same text for every reader of JSON.
 */
export function inert(line: string): string {
  return line.replace(ACTIVE, (character) => {
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
