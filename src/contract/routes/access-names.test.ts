import { describe, expect, it } from 'vitest';
import { displayName, isUsername, username } from './access-names.ts';

const isTaken = (name: string) => username.safeParse(name).success;

describe('a name', () => {
  it.each([
    'admin',
    'Ann@Example.com',
    'anne-marie.o_2+x',
    'Zoë',
    'Ельцин',
    'Ωμέγα7',
    'Անի',
    '山田太郎',
    'やまだ-yamada',
    'محمد',
  ])('is taken: %s', (name) => {
    expect(isTaken(name)).toBe(true);
    expect(isUsername(name)).toBe(true);
  });

  it.each([
    ['an invisible letter', 'admin\u3164'],
    ['another one', 'admin\u115f'],
    ['one that is half as wide', 'admin\uffa0'],
    ['one that joins', 'ad\u200dmin'],
    ['a soft hyphen', 'ad\u00admin'],
    ['a line end', 'ad\u2028min'],
    ['a Cyrillic letter among Latin ones', '\u0430dmin'],
    ['another one', 'adm\u0456n'],
    ['a Greek one', 'admi\u03bd'],
    ['an Armenian one', '\u0561dmin'],
    ['a Lisu one', '\ua4eedmin'],
    ['a Cherokee one', 'admi\u13b7'],
    ['one that is Greek once it is folded', 'ad\u00b5in'],
    ['Latin ones that are wide, among Cyrillic', '\uff41\u0434min'],
  ])('is refused with %s', (_what, name) => {
    expect(isTaken(name)).toBe(false);
    expect(isUsername(name)).toBe(false);
  });
});

describe('a name to show', () => {
  it.each(['Ann Bee', 'Иван & Ann', 'Café ☕️', 'O’Neill'])('is taken: %s', (name) => {
    expect(displayName.safeParse(name).success).toBe(true);
  });

  it.each(['\u3164', 'Ann\u2028admin', 'Ann\u2029admin', 'Ann\u202enimda', 'Ann\u115f'])(
    'is refused with what is not seen (%#)',
    (name) => {
      expect(displayName.safeParse(name).success).toBe(false);
    },
  );
});
