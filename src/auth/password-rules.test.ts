import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/index.ts';
import { openPasswordRules } from './password-rules.ts';

const plain = openPasswordRules({ isComplex: false });
const complex = openPasswordRules({ isComplex: true });

/** '' where the password is taken, or what is wrong with it. */
function faultOf(password: string, names: readonly string[] = [], rules = plain): string {
  try {
    rules.judge(password, { names });
    return '';
  } catch (error) {
    expect(error).toBeInstanceOf(AppError);
    expect((error as AppError).code).toBe('PASSWORD_WEAK');
    return (error as AppError).message;
  }
}

describe('a password is refused that is', () => {
  it.each([
    ['a common word', 'password'],
    ['one in capitals', 'PASSWORD'],
    ['one with a number and a sign behind', 'Password123!'],
    ['one with signs before', '!!!sunshine'],
    ['one with digits for letters', 'P@ssw0rd'],
    ['one backwards', 'drowssap1'],
    ['one twice', 'dragondragon'],
    ['one with a mark on a letter', 'pässwörd'],
    ['one in wide letters', 'ｐａｓｓｗｏｒｄ'],
    ['two words', 'purple-monkey'],
    ['a season and a year', 'Summer2026!'],
    ['a month and a year', 'november2019'],
    ['a name and a date', 'michelle1987'],
    ['a date', '19870612'],
    ['a number of a telephone', '13912345678'],
    ['a row of keys', 'qwertyuiop'],
    ['a row of keys that is no word', 'xcvbnm,./'],
    ['a zigzag of keys', '1q2w3e4r'],
    ['a column of keys', '1qaz2wsx'],
    ['a row of keys with shift', '!@#$%^&*'],
    ['one character', 'aaaaaaaaaaaaaaaa'],
    ['blanks', '            '],
    ['counting up', 'abcdefghijkl'],
    ['counting down', '9876543210987'],
    ['the same again', 'x7kx7kx7kx7kx7k'],
    ['a common word of another alphabet', 'пароль123'],
    ['one with marks', 'Привет2024'],
    ['a row of its keys', 'йцукен123'],
    ['a rival and a year', 'airflow2024'],
    ['our own name', 'sluice-admin'],
    ['the famous passphrase', 'correcthorsebatterystaple'],
  ])('%s', (_what, password) => {
    expect(faultOf(password)).toContain('common');
  });
});

describe('a password is taken that is', () => {
  it.each([
    ['eight random characters', 'k7Vq-zR2'],
    ['twelve random letters', 'vkqzhwtrmxbl'],
    ['a few words', 'violin crater pencil monsoon'],
    ['a few words of another alphabet', 'кактус-вертолёт-облако'],
    ['a sentence', 'my cat sleeps on Tuesdays at noon'],
    ['random digits, many of them', '8305917264403958'],
  ])('%s', (_what, password) => {
    expect(faultOf(password)).toBe('');
  });
});

describe('the names of its owner', () => {
  const names = ['zorblax.quimby', 'Zörblax Q. Quimby', 'zq@fnordcorp.example'];

  it.each([
    'zorblax1987!',
    'Quimby-Zorblax',
    'z0rbl4x!!!!',
    'xalbroz123',
    'fnordcorp2026',
    'ZORBLAX.QUIMBY',
  ])('make it weak: %s', (password) => {
    expect(faultOf(password, names)).toContain('your own name');
    expect(faultOf(password, ['somebody-else'])).toBe('');
  });

  it('may stand in one that is strong without them', () => {
    expect(faultOf('zorblax k7Vq-zR2m', names)).toBe('');
  });

  it('count only where they are long enough to be a name', () => {
    expect(faultOf('k7Vq-zR2', ['k', 'V', 'zR', ''])).toBe('');
  });
});

describe('its length', () => {
  const unusual = 'k7Vq-zR2wM.u4TgXe9LpYb+n3CdFs6HjAa8KvQ_oZi5rEWtBx1DmGyNc7UfPhSl0JRq2Vw.e8';

  it('is 8 to 72 bytes', () => {
    expect(unusual).toHaveLength(73);
    expect(faultOf(unusual.slice(0, 7))).toContain('shorter than 8 bytes');
    expect(faultOf(unusual.slice(0, 8))).toBe('');
    expect(faultOf(unusual.slice(0, 64))).toBe('');
    expect(faultOf(unusual.slice(0, 72))).toBe('');
    expect(faultOf(unusual)).toContain('longer than 72 bytes');
    expect(faultOf(unusual + unusual)).toContain('longer than 72 bytes');
  });

  it('is counted in bytes, not in letters', () => {
    expect(faultOf('ж7ю-ф')).not.toContain('shorter');
    expect(faultOf(`${unusual.slice(0, 70)}ж`)).toBe('');
    expect(faultOf(`${unusual.slice(0, 71)}ж`)).toContain('longer');
  });

  it('may be a million, and the answer comes at once', () => {
    expect(faultOf('k7Vq-zR2'.repeat(125_000))).toContain('longer');
  });
});

describe('what bcrypt would not see', () => {
  it.each(['k7Vq-zR2\0wM.u4', 'k7Vq-zR2\ud800wM.u4'])('is refused', (password) => {
    expect(faultOf(password)).toContain('a character that is none');
  });
});

describe('with PASSWORD_COMPLEXITY', () => {
  it.each(['k7vq-zr2wm', 'K7VQ-ZR2WM', 'kxVq-zRtwM', 'k7Vq3zR2wM'])(
    '%s lacks one kind',
    (password) => {
      expect(faultOf(password)).toBe('');
      expect(faultOf(password, [], complex)).toContain('lacks a kind of character');
    },
  );

  it('all four kinds are enough, and do not make a common one good', () => {
    expect(faultOf('k7Vq-zR2wM', [], complex)).toBe('');
    expect(faultOf('Password123!', [], complex)).toContain('common');
  });
});

it('says nothing of the password', () => {
  for (const password of ['sunshine99', 'brief9', 'x'.repeat(99), 'zorblax1987!']) {
    try {
      plain.judge(password, { names: ['zorblax'] });
      expect.unreachable();
    } catch (error) {
      const { message, remedy, details } = error as AppError;
      expect(`${message} ${remedy} ${JSON.stringify(details)}`).not.toContain(password);
      expect(message).not.toContain('zorblax');
    }
  }
});
