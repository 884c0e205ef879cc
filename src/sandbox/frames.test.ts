import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from './frames.ts';

const LIMITS = { headerBytes: 1_000, bodyBytes: 1_000 };

describe('frames', () => {
  it('come out as they went in, however the bytes are cut', () => {
    const number = fc.integer({ min: 0, max: 2 ** 32 - 1 });
    const frame = fc.record({
      address: fc.record({ sequence: number, note: number }),
      header: fc.dictionary(fc.string(), fc.jsonValue()),
      body: fc.string(),
    });
    const big = { headerBytes: 1e6, bodyBytes: 1e6 };
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        (sent, size) => {
          const bytes = Buffer.concat(
            sent.map(({ address, header, body }) => encodeFrame(address, header, body)),
          );
          const reader = new FrameReader(big);
          const got = [];
          for (let at = 0; at < bytes.length; at += size) {
            for (const { header, body, ...rest } of reader.push(bytes.subarray(at, at + size))) {
              got.push({ ...rest, header, body: body.toString() });
            }
          }
          const expected = sent.map(({ address, header, body }) => ({
            ...address,
            headerBytes: Buffer.byteLength(JSON.stringify(header)),
            header: JSON.parse(JSON.stringify(header)),
            body: Buffer.from(body).toString(),
          }));
          expect(got).toEqual(expected);
        },
      ),
    );
  });

  it('are laid out as two lengths, a number, a note, a header and a body', () => {
    const bytes = encodeFrame({ sequence: 3, note: 5_000 }, { a: 1 }, 'é');
    const words = '00000007' + '00000002' + '00000003' + '00001388';
    expect(bytes.toString('hex')).toBe(`${words}7b2261223a317dc3a9`);
  });

  it.each([
    ['a header over the limit', '000003e9000000000000000100000000'],
    ['a body over the limit', '00000000000003e90000000100000000'],
    ['lengths of 4 GB', 'ffffffffffffffffffffffffffffffff'],
  ])('refuses %s before it arrives', (_, prefix) => {
    const reader = new FrameReader(LIMITS);
    expect(() => reader.push(Buffer.from(prefix, 'hex'))).toThrow('over the limit');
  });

  it('refuses a header that is not JSON', () => {
    const reader = new FrameReader(LIMITS);
    expect(() => reader.push(Buffer.from('000000010000000000000001000000007b', 'hex'))).toThrow(
      SyntaxError,
    );
  });
});
