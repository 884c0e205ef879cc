const DURATION = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/;
const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZE = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB|KiB|MiB|GiB)$/i;
const SIZE_BYTES: Readonly<Record<string, number>> = {
  b: 1,
  kb: 1024,
  mb: 1024 ** 2,
  gb: 1024 ** 3,
  kib: 1024,
  mib: 1024 ** 2,
  gib: 1024 ** 3,
};

/**
 * Reads `500ms`, `2s`, `1.5m`, `1h`, `7d` as whole milliseconds; a bare number counts in
 * `bareUnit`. Undefined when the text is no duration.
 */
export function parseDuration(text: string | number, bareUnit: 'ms' | 's'): number | undefined {
  return parseQuantity(text, DURATION, DURATION_MS, DURATION_MS[bareUnit] ?? 1);
}

/** Reads `100MB`, `1GB`, `512 KiB` as bytes (powers of 1024); a bare number is bytes. */
export function parseSize(text: string | number): number | undefined {
  return parseQuantity(text, SIZE, SIZE_BYTES, 1);
}

function parseQuantity(
  text: string | number,
  form: RegExp,
  units: Readonly<Record<string, number>>,
  bare: number,
): number | undefined {
  if (typeof text === 'number') return text >= 0 ? Math.round(text * bare) : undefined;
  const trimmed = text.trim();
  if (/^\d+(\.\d+)?$/.test(trimmed)) return Math.round(Number(trimmed) * bare);
  const found = form.exec(trimmed);
  if (found === null) return undefined;
  const unit = units[(found[2] ?? '').toLowerCase()];
  return unit === undefined ? undefined : Math.round(Number(found[1]) * unit);
}

/** `850 ms`, `2.4 s`, `30 s`, `3 min 5 s`, `2 h 10 min`, `7 d`: what a person reads. */
export function formatDuration(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1).replace(/\.0$/, '')} s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return pair([minutes, 'min'], [seconds % 60, 's']);
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return pair([hours, 'h'], [minutes % 60, 'min']);
  return pair([Math.floor(hours / 24), 'd'], [hours % 24, 'h']);
}

/** The smaller part only where there is some. */
function pair(large: readonly [number, string], small: readonly [number, string]): string {
  const words = small[0] === 0 ? [large] : [large, small];
  return words.map(([count, unit]) => `${count} ${unit}`).join(' ');
}

/** `812 B`, `4 KB`, `1.5 MB`: what a person reads, in powers of 1024. */
export function formatSize(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  const units = ['KB', 'MB', 'GB', 'TB'];
  let amount = bytes;
  let unit = 'B';
  for (const next of units) {
    if (amount < 1024) break;
    amount /= 1024;
    unit = next;
  }
  return `${amount.toFixed(1).replace(/\.0$/, '')} ${unit}`;
}
