import { existsSync, readFileSync } from 'node:fs';

const X64 = '/usr/include/x86_64-linux-gnu/asm/unistd_64.h';
const GENERIC = '/usr/include/asm-generic/unistd.h';

/** Numbers of all system calls by the headers of this machine; undefined where it has none. */
export function numbersOfX64(): ReadonlyMap<string, number> | undefined {
  return existsSync(X64) ? numbersIn(readFileSync(X64, 'utf8')) : undefined;
}

/** Those of arm64 and other young architectures. */
export function genericNumbers(): ReadonlyMap<string, number> | undefined {
  return existsSync(GENERIC) ? numbersIn(readFileSync(GENERIC, 'utf8')) : undefined;
}

function numbersIn(header: string): ReadonlyMap<string, number> {
  const found = header.matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)$/gm);
  return new Map([...found].map(([, name = '', number]) => [name, Number(number)]));
}
