import { emptyMap, NotAValue, type Value, type ValueLimits } from '../base/index.ts';

/** Tokens between two looks at the clock, each of which takes less than a microsecond. */
const TOKENS_A_LOOK = 256;
/** A text of so many bytes counts as many tokens. */
const LONG_BYTES = 64 * 1024;

const [QUOTE, BACKSLASH, COMMA, COLON] = [0x22, 0x5c, 0x2c, 0x3a];
const [OPEN_LIST, CLOSE_LIST, OPEN_MAP, CLOSE_MAP] = [0x5b, 0x5d, 0x7b, 0x7d];
const WORDS: readonly (readonly [string, Value])[] = [
  ['true', true],
  ['false', false],
  ['null', null],
];

export interface ReadLimits extends ValueLimits {
  /** How many members one map may have. */
  readonly keys: number;
}

interface OpenList {
  readonly list: Value[];
}
interface OpenMap {
  readonly map: Record<string, Value>;
  key: string;
  keysLeft: number;
}
type Open = OpenList | OpenMap;

/** Where the reader is: before a value, after one, or at a place where a list or map may end. */
type Stage = 'value' | 'first item' | 'first key' | 'key' | 'after';

/**
 * Reads JSON into a Value a piece at a time, so that a server can do other work in between: what
 * `JSON.parse` and `toValue` give together, but that ten megabytes need not be done in one go. The
 * lists and maps of the result are frozen.
 * `read` throws SyntaxError for what is no JSON, and NotAValue as `toValue` does. Linear.
 */
export class ValueReader {
  readonly #bytes: Buffer;
  readonly #limits: ReadLimits;
  readonly #stack: Open[] = [];
  #stage: Stage = 'value';
  #at = 0;
  #membersLeft: number;
  #result: Value = null;
  #tokens = 0;

  constructor(bytes: Buffer, limits: ReadLimits) {
    this.#bytes = bytes;
    this.#limits = limits;
    this.#membersLeft = limits.members;
  }

  get result(): Value {
    return this.#result;
  }

  /** Goes on until the time by the monotonic clock; true when all is read. */
  read(until: number): boolean {
    for (;;) {
      this.#skipSpace();
      if (this.#stage === 'after' && this.#stack.length === 0) {
        if (this.#at < this.#bytes.length) throw this.#broken();
        return true;
      }
      this.#readToken();
      this.#tokens += 1;
      if (this.#tokens < TOKENS_A_LOOK) continue;
      this.#tokens = 0;
      if (performance.now() >= until) return false;
    }
  }

  #readToken(): void {
    const byte = this.#bytes[this.#at];
    switch (this.#stage) {
      case 'after':
        this.#readEndOrComma(byte);
        return;
      case 'key':
        this.#readKey(byte);
        return;
      case 'first key':
        if (byte === CLOSE_MAP) this.#close();
        else this.#readKey(byte);
        return;
      case 'first item':
        if (byte === CLOSE_LIST) this.#close();
        else this.#readValue(byte);
        return;
      case 'value':
        this.#readValue(byte);
    }
  }

  #readEndOrComma(byte: number | undefined): void {
    const open = this.#stack.at(-1);
    const isMap = open !== undefined && 'map' in open;
    if (byte === COMMA) {
      this.#at += 1;
      this.#stage = isMap ? 'key' : 'value';
    } else if (byte === (isMap ? CLOSE_MAP : CLOSE_LIST)) {
      this.#close();
    } else {
      throw this.#broken();
    }
  }

  #readKey(byte: number | undefined): void {
    const open = this.#stack.at(-1);
    if (byte !== QUOTE || open === undefined || !('map' in open)) throw this.#broken();
    open.key = this.#readText();
    open.keysLeft -= 1;
    if (open.keysLeft < 0) throw this.#tooMany(this.#limits.keys, 'one map');
    this.#skipSpace();
    if (this.#bytes[this.#at] !== COLON) throw this.#broken();
    this.#at += 1;
    this.#stage = 'value';
  }

  #readValue(byte: number | undefined): void {
    if (this.#stack.length > 0) this.#spend();
    if (byte === OPEN_LIST || byte === OPEN_MAP) this.#open(byte);
    else this.#add(byte === QUOTE ? this.#readText() : this.#readPlain(byte));
  }

  #open(byte: number): void {
    if (this.#stack.length >= this.#limits.depth) {
      throw new NotAValue(this.#path(), 'is nested too deeply, or refers to itself');
    }
    this.#at += 1;
    const isList = byte === OPEN_LIST;
    this.#stack.push(
      isList ? { list: [] } : { map: emptyMap(), key: '', keysLeft: this.#limits.keys },
    );
    this.#stage = isList ? 'first item' : 'first key';
  }

  #close(): void {
    this.#at += 1;
    const open = this.#stack.pop();
    if (open !== undefined) this.#add(Object.freeze('map' in open ? open.map : open.list));
  }

  #add(value: Value): void {
    const open = this.#stack.at(-1);
    if (open === undefined) this.#result = value;
    else if ('map' in open) open.map[open.key] = value;
    else open.list.push(value);
    this.#stage = 'after';
  }

  /** A text at its opening quote; only one with escapes is left to `JSON.parse`. */
  #readText(): string {
    const bytes = this.#bytes;
    const start = this.#at + 1;
    let [at, isPlain, seen] = [start, true, 0];
    for (; at < bytes.length; at += 1) {
      const byte = bytes[at] as number;
      if (byte === QUOTE) break;
      if (byte < 0x20) throw this.#broken();
      if (byte === BACKSLASH) {
        isPlain = false;
        at += 1;
      }
      seen |= byte;
    }
    if (at >= bytes.length) throw this.#broken();
    this.#at = at + 1;
    if (at - start > LONG_BYTES) this.#tokens += TOKENS_A_LOOK;
    if (!isPlain) return JSON.parse(bytes.toString('utf8', start - 1, at + 1)) as string;
    return bytes.toString(seen < 0x80 ? 'latin1' : 'utf8', start, at);
  }

  #readPlain(byte: number | undefined): Value {
    for (const [word, value] of WORDS) {
      if (byte !== word.charCodeAt(0)) continue;
      const end = this.#at + word.length;
      if (this.#bytes.toString('latin1', this.#at, end) !== word) throw this.#broken();
      this.#at = end;
      return value;
    }
    return this.#readNumber();
  }

  /** Digits, signs, a point and an exponent; `JSON.parse` says whether they are a number. */
  #readNumber(): number {
    const bytes = this.#bytes;
    const start = this.#at;
    let at = start;
    while (isOfNumber(bytes[at])) at += 1;
    if (at === start) throw this.#broken();
    const number = JSON.parse(bytes.toString('latin1', start, at)) as number;
    if (!Number.isFinite(number)) {
      throw new NotAValue(this.#path(), `is ${number}, which JSON cannot hold`);
    }
    this.#at = at;
    return number;
  }

  #skipSpace(): void {
    const bytes = this.#bytes;
    for (;;) {
      const byte = bytes[this.#at];
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return;
      this.#at += 1;
    }
  }

  #spend(): void {
    this.#membersLeft -= 1;
    if (this.#membersLeft < 0) {
      throw this.#tooMany(this.#limits.members, 'all its lists and maps');
    }
  }

  #tooMany(most: number, where: string): NotAValue {
    return new NotAValue('', `has more than ${most.toLocaleString('en')} members in ${where}`);
  }

  /** To the value that is being read, such as `items[3].price`. */
  #path(): string {
    let path = '';
    for (const open of this.#stack) {
      if ('list' in open) path += `[${open.list.length}]`;
      else path += path === '' ? open.key : `.${open.key}`;
    }
    return path;
  }

  #broken(): SyntaxError {
    return new SyntaxError(`no JSON at byte ${this.#at}`);
  }
}

function isOfNumber(byte: number | undefined): boolean {
  if (byte === undefined) return false;
  if (byte >= 0x30 && byte <= 0x39) return true;
  return byte === 0x2d || byte === 0x2b || byte === 0x2e || byte === 0x65 || byte === 0x45;
}
