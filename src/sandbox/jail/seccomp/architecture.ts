import { SYSTEM_CALLS } from './system-calls.ts';

/** What a filter must know of a kind of processor. */
export interface Architecture {
  /** AUDIT_ARCH_* of linux/audit.h. */
  readonly audit: number;
  readonly numbers: Readonly<Record<string, number>>;
  /** From this number on, calls are those of a second table under the same audit value. */
  readonly foreignFrom?: number;
}

/** By the name that Node has for them. */
export function architectureOf(name: string): Architecture | undefined {
  switch (name) {
    case 'x64':
      // Programs of 32-bit pointers (x32) come with bit 30 set.
      return { audit: 0xc000_003e, numbers: numbersAt(0), foreignFrom: 0x4000_0000 };
    case 'arm64':
      return { audit: 0xc000_00b7, numbers: numbersAt(1) };
    default:
      return undefined;
  }
}

function numbersAt(column: 0 | 1): Readonly<Record<string, number>> {
  const rows = Object.entries(SYSTEM_CALLS).flatMap(([name, numbers]) => {
    const number = numbers[column];
    return number === null ? [] : [[name, number] as const];
  });
  return Object.fromEntries(rows);
}
