import { CODE_LIMITS, isList, isMap, type Value, type ValueMap } from '../base/index.ts';

/** A list or map that is being written, with what comes next of it. */
type Open =
  | { readonly list: readonly Value[]; next: number }
  | { readonly map: ValueMap; readonly keys: readonly string[]; next: number };

/**
 * Writes a Value as JSON a piece at a time, the same text as `JSON.stringify` gives: small parts
 * are left to that, large lists and maps are taken apart. `write` gives up where the text grows
 * over `bytesMax`. Linear in the size of the text.
 */
export class ValueWriter {
  readonly #parts: string[] = [];
  readonly #stack: Open[] = [];
  #bytesLeft: number;

  constructor(value: Value, bytesMax: number) {
    this.#bytesLeft = bytesMax;
    this.#add(value);
  }

  /** What is written; undefined where it is more than it may be. */
  get text(): string | undefined {
    return this.#bytesLeft < 0 ? undefined : this.#parts.join('');
  }

  /** Goes on until the time by the monotonic clock; true when all is written, or given up. */
  write(until: number): boolean {
    for (;;) {
      const open = this.#stack.at(-1);
      if (open === undefined || this.#bytesLeft < 0) return true;
      if ('list' in open) this.#writeItems(open);
      else this.#writeMember(open);
      if (performance.now() >= until) return false;
    }
  }

  /** As many items as make a part together. */
  #writeItems(open: Extract<Open, { list: unknown }>): void {
    const { list, next: from } = open;
    let room: number = CODE_LIMITS.wholeMembers;
    while (open.next < list.length) {
      room -= 1 + membersOf(list[open.next] as Value, room);
      if (room < 0) break;
      open.next += 1;
    }
    if (open.next > from) {
      if (from > 0) this.#put(',');
      this.#put(JSON.stringify(list.slice(from, open.next)).slice(1, -1));
    }
    if (open.next === list.length) {
      this.#close(']');
    } else if (open.next === from) {
      // The next one is large by itself.
      if (from > 0) this.#put(',');
      open.next += 1;
      this.#add(list[from] as Value);
    }
  }

  #writeMember(open: Extract<Open, { map: unknown }>): void {
    const key = open.keys[open.next];
    if (key === undefined) {
      this.#close('}');
      return;
    }
    this.#put(`${open.next > 0 ? ',' : ''}${JSON.stringify(key)}:`);
    open.next += 1;
    this.#add(open.map[key] as Value);
  }

  #add(value: Value): void {
    if (membersOf(value, CODE_LIMITS.wholeMembers) <= CODE_LIMITS.wholeMembers) {
      this.#put(JSON.stringify(value));
    } else if (isList(value)) {
      this.#put('[');
      this.#stack.push({ list: value, next: 0 });
    } else if (isMap(value)) {
      this.#put('{');
      this.#stack.push({ map: value, keys: Object.keys(value), next: 0 });
    }
  }

  #close(end: string): void {
    this.#put(end);
    this.#stack.pop();
  }

  #put(part: string): void {
    this.#bytesLeft -= Buffer.byteLength(part);
    if (this.#bytesLeft >= 0) this.#parts.push(part);
  }
}

/** Members of all lists and maps in a value; counting ends where they are more than `most`. */
function membersOf(value: Value, most: number): number {
  if (typeof value !== 'object' || value === null) return 0;
  const items: readonly Value[] = isList(value) ? value : Object.values(value);
  let members = items.length;
  for (const item of items) {
    if (members > most) return members;
    members += membersOf(item, most - members);
  }
  return members;
}
