import { assert } from '../../../src/base/index.ts';

/** What of a file of WebAssembly tells which state its instances have. */
export interface WasmFile {
  readonly imports: readonly WasmImport[];
  /** True for each global that can change. */
  readonly globals: readonly boolean[];
  readonly tables: number;
  readonly memories: number;
  /** In hex; `24:0` sets global 0, and `fc.10` is the tenth of the long ones. */
  readonly instructions: ReadonlySet<string>;
}

interface WasmImport {
  readonly name: string;
  readonly kind: 'function' | 'table' | 'memory' | 'global';
  /** Of a memory, in pages. */
  readonly minimum?: number;
}

const KINDS = ['function', 'table', 'memory', 'global'] as const;

/**
 * Reads a file of WebAssembly 2.0 without vectors, down to each instruction; throws on anything
 * that it does not know, so that nothing goes by unseen.
 *
 * Source: WebAssembly Core Specification 2.0, section 5 (binary format).
 */
export function readWasm(bytes: Uint8Array): WasmFile {
  const reader = new Reader(bytes, 8);
  const found = {
    imports: [] as WasmImport[],
    globals: [] as boolean[],
    tables: 0,
    memories: 0,
    instructions: new Set<string>(),
  };
  while (!reader.isAtEnd) {
    const id = reader.byte();
    const size = reader.number();
    const section = reader.part(size);
    if (id === 2) section.each(() => found.imports.push(readImport(section)));
    if (id === 4) found.tables += section.number();
    if (id === 5) found.memories += section.number();
    if (id === 6) section.each(() => found.globals.push(readGlobal(section)));
    if (id === 10) section.each(() => readFunction(section, found.instructions));
    if (id === 11) section.each(() => checkData(section));
  }
  return found;
}

class Reader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start: number, end = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  get isAtEnd(): boolean {
    assert(this.#at <= this.#end, 'nothing is read over the end of a part');
    return this.#at === this.#end;
  }

  byte(): number {
    const byte = this.#bytes[this.#at];
    assert(byte !== undefined && this.#at < this.#end, 'there is a byte left');
    this.#at += 1;
    return byte;
  }

  /** LEB128 without a sign; also good for skipping one with a sign. */
  number(): number {
    let value = 0;
    for (let scale = 1; ; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
  }

  text(): string {
    return Buffer.from(this.skip(this.number())).toString();
  }

  skip(length: number): Uint8Array {
    this.#at += length;
    assert(this.#at <= this.#end, 'there are so many bytes left');
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  part(length: number): Reader {
    this.skip(length);
    return new Reader(this.#bytes, this.#at - length, this.#at);
  }

  each(read: () => void): void {
    for (let left = this.number(); left > 0; left -= 1) read();
  }
}

function readImport(section: Reader): WasmImport {
  section.text();
  const name = section.text();
  const kind = KINDS[section.byte()];
  if (kind === 'function') section.number();
  if (kind === 'function') return { name, kind };
  assert(kind === 'memory', 'only functions and memories are imported');
  const hasMaximum = section.byte() === 1;
  const minimum = section.number();
  if (hasMaximum) section.number();
  return { name, kind, minimum };
}

function readGlobal(section: Reader): boolean {
  section.byte();
  const canChange = section.byte() === 1;
  assert(section.byte() === 0x41, 'a global starts as a constant');
  section.number();
  assert(section.byte() === 0x0b, 'and as nothing else');
  return canChange;
}

/** A piece that code may put somewhere later would be state of the instance until it is dropped. */
function checkData(section: Reader): void {
  assert(section.number() === 0, 'all data is put into the memory when an instance is made');
  assert(section.byte() === 0x41, 'at a constant address');
  section.number();
  assert(section.byte() === 0x0b, 'and at nothing else');
  section.skip(section.number());
}

function readFunction(section: Reader, instructions: Set<string>): void {
  const body = section.part(section.number());
  body.each(() => {
    body.number();
    body.byte();
  });
  while (!body.isAtEnd) instructions.add(readInstruction(body));
}

function readInstruction(body: Reader): string {
  const code = body.byte();
  const name = code.toString(16);
  if (isIn(code, 0x02, 0x04) || isIn(code, 0x0c, 0x0d) || code === 0x10) body.number();
  else if (isIn(code, 0x20, 0x22) || isIn(code, 0x41, 0x42)) body.number();
  else if (isIn(code, 0x23, 0x26)) return `${name}:${body.number()}`;
  else if (isIn(code, 0x28, 0x3e) || code === 0x11) skipNumbers(body, 2);
  else if (isIn(code, 0x3f, 0x40)) body.byte();
  else if (code === 0x43) body.skip(4);
  else if (code === 0x44) body.skip(8);
  else if (code === 0x0e) skipNumbers(body, body.number() + 1);
  else if (code === 0xfc) return readLong(body);
  else assert(isPlain(code), 'the instruction is one that we know');
  return name;
}

/** Of those that copy and fill: what they work on is in the second number or two. */
function readLong(body: Reader): string {
  const code = body.number();
  if (code >= 8) skipNumbers(body, isIn(code, 8, 17) && [8, 10, 12, 14].includes(code) ? 2 : 1);
  return `fc.${code}`;
}

function isPlain(code: number): boolean {
  return [0x00, 0x01, 0x05, 0x0b, 0x0f, 0x1a, 0x1b].includes(code) || isIn(code, 0x45, 0xc4);
}

function isIn(code: number, first: number, last: number): boolean {
  return code >= first && code <= last;
}

function skipNumbers(body: Reader, count: number): void {
  for (let left = count; left > 0; left -= 1) body.number();
}
