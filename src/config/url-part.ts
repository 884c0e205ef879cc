/** A user or password of a URL without its percent signs. */
export function decodedPart(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % is taken as it is, as the clients of PostgreSQL do.
    return text;
  }
}
