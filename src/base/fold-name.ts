/**
 * The form under which names of people are compared: compatibility forms (Unicode NFKC) and letter
 * case do not count, so that `Ann`, `ann` and a full-width `ａnn` are one name. Folding what is
 * folded changes nothing.
 */
export function foldName(name: string): string {
  // Lower case may give a sequence that has a composed form.
  return name.normalize('NFKC').toLowerCase().normalize('NFKC');
}
