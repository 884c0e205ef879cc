import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeFrame, FrameReader } from './frames.ts';

const LIMITS = { headerBytes: 1_000, bodyBytes: 1_000 };

describe('frames', () => {
  it('come out as they went in, however the bytes are cut', () => {
    const frame = fc.record({
      header: fc.dictionary(fc.string(), fc.jsonValue()),
      body: fc.string(),
    });
    const big = { headerBytes: 1e6, bodyBytes: 1e6 };
    fc.assert(
      fc.property(
        fc.array(frame, { maxLength: 5 }),
        fc.integer({ min: 1, max: 50 }),
        (sent, size) => {
          const bytes = Buffer.concat(sent.map(({ header, body }) => encodeFrame(header, body)));
          const reader = new FrameReader(big);
          const got = [];
          for (let at = 0; at < bytes.length; at += size) {
            for (const { header, body } of reader.push(bytes.subarray(at, at + size))) {
              got.push({ header, body: body.toString() });
            }
          }
          const expected = sent.map(({ header, body }) => ({
            header: JSON.parse(JSON.stringify(header)),
            body: Buffer.from(body).toString(),
          }));
          expect(got).toEqual(expected);
        },
      ),
    );
  });

  it('are laid out as two lengths, a header and a body', () => {
    const bytes = encodeFrame({ a: 1 }, 'é');
    expect(bytes.toString('hex')).toBe('0000000700000002' + '7b2261223a317d' + 'c3a9');
  });

  it.each([
    ['a header over the limit', '000003e900000000'],
    ['a body over the limit', '00000000000003e9'],
    ['lengths of 4 GB', 'ffffffffffffffff'],
  ])('refuses %s before it arrives', (_, prefix) => {
    const reader = new FrameReader(LIMITS);
    expect(() => reader.push(Buffer.from(prefix, 'hex'))).toThrow('over the limit');
  });

  it('refuses a header that is not JSON', () => {
    const reader = new FrameReader(LIMITS);
    expect(() => reader.push(Buffer.from('00000001000000007b', 'hex'))).toThrow(SyntaxError);
  });
});
