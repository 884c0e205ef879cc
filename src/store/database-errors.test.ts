import { describe, expect, it } from 'vitest';
import { cataloguedError } from './database-errors.ts';

/** As pg gives what the server said. */
const said = (code: string, severity: string) =>
  Object.assign(new Error('refused'), { code, severity });

describe('what the database refuses', () => {
  it.each([
    ['a database that takes no connections', '55000', 'FATAL'],
    ['a database that is gone', '3D000', 'FATAL'],
    ['a role that may not sign in', '28000', 'FATAL'],
    ['a crash', 'XX000', 'PANIC'],
    ['too many connections', '53300', 'FATAL'],
    ['a shutdown', '57P01', 'FATAL'],
  ])('is an outage where it is the whole session: %s', (_what, code, severity) => {
    expect(cataloguedError(said(code, severity)).code).toBe('STORE_UNAVAILABLE');
  });

  it.each(['55000', '23505', '42601', 'XX000'])(
    'is our fault where it is one statement: %s',
    (code) => {
      expect(cataloguedError(said(code, 'ERROR')).code).toBe('INTERNAL');
    },
  );
});
