import { formatDuration } from '../base/index.ts';

const DAY_MS = 86_400_000;

/** `5 s ago`, `3 min ago`, `2 h ago`, `in 5 min`; after two days the date. */
export function agoText(iso: string | undefined, now: number): string {
  const at = iso === undefined ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(at)) return '';
  const ms = Math.abs(now - at);
  if (ms >= 2 * DAY_MS) return dateText(at).slice(0, 'YYYY-MM-DD'.length);
  if (ms < 1_000) return 'now';
  const largest = formatDuration(ms < 60_000 ? Math.floor(ms / 1_000) * 1_000 : ms);
  const words = largest.split(' ').slice(0, 2).join(' ');
  return at > now ? `in ${words}` : `${words} ago`;
}

/** `2026-03-01 14:05:09 (3 min ago)`, in the time zone of the person. */
export function timeText(iso: string | undefined, now: number): string {
  const at = iso === undefined ? Number.NaN : Date.parse(iso);
  if (Number.isNaN(at)) return '';
  const ago = Math.abs(now - at) >= 2 * DAY_MS ? '' : ` (${agoText(iso, now)})`;
  return `${dateText(at)}${ago}`;
}

/** How long from one time to another; '' while one of them is not known. */
export function tookText(from: string | undefined, to: string | undefined): string {
  if (from === undefined || to === undefined) return '';
  const ms = Date.parse(to) - Date.parse(from);
  return Number.isNaN(ms) ? '' : formatDuration(Math.max(0, ms));
}

/** The time of day, such as `14:05:09`, in the time zone of the person. */
export function clockText(at: number): string {
  return dateText(at).slice('YYYY-MM-DD '.length);
}

function dateText(at: number): string {
  const date = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(':');
  return `${day} ${time}`;
}
