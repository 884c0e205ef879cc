/** What the kernel hands to a filter of system calls. */
export interface CallData {
  readonly audit: number;
  readonly number: number;
  /** Six of 64 bits; those that are left out are 0. */
  readonly arguments?: readonly bigint[];
}

/** Runs a compiled filter as the kernel does and gives its answer; throws where it is no filter. */
export function runFilter(filter: Buffer, call: CallData): number {
  const data = dataOf(call);
  const length = filter.length / 8;
  let accumulator = 0;
  for (let at = 0; at < length; at += 1) {
    const [yes, no] = [filter.readUInt8(at * 8 + 2), filter.readUInt8(at * 8 + 3)];
    const value = filter.readUInt32LE(at * 8 + 4);
    switch (filter.readUInt16LE(at * 8)) {
      case 0x20:
        accumulator = data.readUInt32LE(value);
        break;
      case 0x54:
        accumulator = (accumulator & value) >>> 0;
        break;
      case 0x15:
        at += accumulator === value ? yes : no;
        break;
      case 0x35:
        at += accumulator >= value ? yes : no;
        break;
      case 0x06:
        return value;
      default:
        throw new Error(`instruction ${at} is not known`);
    }
  }
  throw new Error('the filter runs over its end');
}

/** `struct seccomp_data`. */
function dataOf({ audit, number, arguments: given = [] }: CallData): Buffer {
  const data = Buffer.alloc(64);
  data.writeUInt32LE(number >>> 0, 0);
  data.writeUInt32LE(audit, 4);
  given.forEach((value, index) => {
    data.writeBigUInt64LE(BigInt.asUintN(64, value), 16 + 8 * index);
  });
  return data;
}
