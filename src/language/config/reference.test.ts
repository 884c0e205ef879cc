import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toValue, type Value } from '../../base/index.ts';
import { parseReference, resolveReference } from './reference.ts';

const DATA: Readonly<Record<string, Value>> = {
  inputs: toValue({ rows: [{ name: 'Ada' }, { name: 'Tim' }], 'a.b': 1, size: 5 }) as Value,
  'my-node': 'x',
};
const names = {
  get: (name: string) => (Object.hasOwn(DATA, name) ? DATA[name] : undefined),
  whyMissing: (name: string) => (name === 'gone' ? 'node gone was skipped' : undefined),
};

function refused(reference: string): unknown {
  try {
    return resolveReference(reference, names);
  } catch (error) {
    return error;
  }
}

describe('a reference', () => {
  it('is a name with fields, places in lists and quoted keys', () => {
    expect(parseReference('inputs.rows[0].name')?.fields).toEqual(['rows', '0', 'name']);
    expect(parseReference(' my-node ')).toEqual({ text: 'my-node', root: 'my-node', fields: [] });
    expect(parseReference('a["b c"][\'d.e\'].f')?.fields).toEqual(['b c', 'd.e', 'f']);
  });

  it.each(['', 'a b', 'a.', 'a..b', '.a', 'a[', 'a[x]', '{{ a }}', 'a | b', 'a["b', 'f(x)'])(
    'is not %j',
    (text) => {
      expect(parseReference(text)).toBeUndefined();
    },
  );

  it('reads maps by own keys and lists by place', () => {
    expect(resolveReference('inputs.rows[1].name', names)).toBe('Tim');
    expect(resolveReference('inputs.rows.0.name', names)).toBe('Ada');
    expect(resolveReference('my-node', names)).toBe('x');
  });

  it('takes a key that holds dots before the path through them', () => {
    expect(resolveReference('inputs.a.b', names)).toBe(1);
  });

  it('says what is missing, with the nearest name that is there', () => {
    expect(refused('inputs.rows[0].nmae')).toMatchObject({
      code: 'TEMPLATE_UNDEFINED',
      message: 'inputs.rows.0 has no field nmae',
      remedy: 'Did you mean name?',
      retryable: false,
    });
    expect(refused('inputs.rows[7]')).toMatchObject({
      message: 'inputs.rows has 2 items, so there is no item 7',
    });
    expect(refused('inputs.rows.name')).toMatchObject({
      message: 'inputs.rows is a list and has no field name',
      remedy: 'Name an item first, such as inputs.rows[0].name.',
    });
    expect(refused('inputs.size.x')).toMatchObject({
      message: 'inputs.size is a number and has no field x',
    });
    expect(refused('gone.x')).toMatchObject({
      message: 'gone.x has no value: node gone was skipped',
    });
  });

  it.each(['inputs.__proto__', 'inputs.constructor', 'inputs.rows.length', 'constructor'])(
    'reaches nothing of the host: %s',
    (reference) => {
      expect(refused(reference)).toMatchObject({ code: 'TEMPLATE_UNDEFINED' });
    },
  );

  it('is read or refused, whatever the text', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 40 }), (text) => {
        const parts = parseReference(text);
        return parts === undefined || text.trim().startsWith(parts.root);
      }),
    );
  });
});
