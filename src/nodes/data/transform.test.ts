import { describe, expect, it } from 'vitest';
import { trialVisit } from '../kit/trial-visit.ts';
import { transformNode } from './transform.ts';

const people = [
  { name: 'Ada', zip: '01234' },
  { name: 'Tim', zip: '98765' },
];
const transform = async (template: unknown, item: unknown) =>
  (await trialVisit(transformNode, { config: { template }, upstream: item })).value;

describe('what is mapped', () => {
  const config = { template: '{{ item.name }}' };

  it('maps the list of field', async () => {
    const trial = { config: { ...config, field: 'inputs.people' }, names: { inputs: { people } } };
    expect((await trialVisit(transformNode, trial)).value).toEqual(['Ada', 'Tim']);
  });

  it('maps the list upstream, null items included', async () => {
    const trial = { config: { template: '{{ item }}' }, dependencies: { page: 1, ids: [1, null] } };
    expect((await trialVisit(transformNode, trial)).value).toEqual([1, null]);
  });

  it('gives one value in a region, for a value that is no list, and without item', async () => {
    const [ada] = people;
    const region = { config, inRegion: true, upstream: [ada], names: { item: ada } };
    expect((await trialVisit(transformNode, region)).value).toBe('Ada');
    expect((await trialVisit(transformNode, { config, upstream: ada })).value).toBe('Ada');
    const report = {
      config: { template: { count: '{{ people | length }}' } },
      names: { people },
      upstream: people,
    };
    expect((await trialVisit(transformNode, report)).value).toEqual({ count: 2 });
  });

  it('asks for field when the template reads item and there is none', async () => {
    await expect(trialVisit(transformNode, { config })).rejects.toMatchObject({
      code: 'NODE_INPUT_INVALID',
      message: 'the template of tried reads item, but nothing upstream gives one',
    });
  });

  it('names the index of an item that fails', async () => {
    const trial = { config, upstream: [...people, {}] };
    await expect(trialVisit(transformNode, trial)).rejects.toThrow(/^item 2: /);
  });
});

describe('what a template gives', () => {
  it('keeps the type of single expressions at every depth', async () => {
    const template = {
      zip: '{{ item.zip }}',
      tags: ['{{ item.tags }}', 1, null],
      inner: { ok: '{{ item.ok }}', note: '{{ item.note }}' },
    };
    const item = { zip: '01234', tags: ['a'], ok: true, note: '{"a": 1}' };
    expect(await transform(template, item)).toEqual({
      zip: '01234',
      tags: [['a'], 1, null],
      inner: { ok: true, note: '{"a": 1}' },
    });
  });

  it('reads other text as data where it is JSON or a plain number', async () => {
    const template = {
      size: '{% if item.n > 40 %}large{% else %}small{% endif %}',
      big: '{% if item.n > 40 %}true{% else %}false{% endif %}',
      year: '20{{ item.n }}',
      needed: 'true',
      zip: '0{{ item.n }}',
    };
    expect(await transform(template, { n: 50 })).toEqual({
      size: 'large',
      big: true,
      year: 2050,
      needed: true,
      zip: '050',
    });
  });

  it('reads a text template as JSON, or leaves it as text', async () => {
    const json = '{"name": {{ item.name | tojson }}, "n": {{ item.n }}}';
    expect(await transform(json, { name: 'A "quote"', n: 2 })).toEqual({ name: 'A "quote"', n: 2 });
    expect(await transform('{{ item.name }}: {{ item.n }}', { name: 'a', n: 2 })).toBe('a: 2');
  });
});

describe('hostile input', () => {
  it('never renders data as a template', async () => {
    expect(await transform({ a: '{{ item }}', b: '<{{ item }}>' }, '{{ 7 * 7 }}')).toEqual({
      a: '{{ 7 * 7 }}',
      b: '<{{ 7 * 7 }}>',
    });
  });

  it('keeps reserved keys of the template and of JSON as data', async () => {
    const template = JSON.parse('{"__proto__": "{{ item }}"}');
    expect(JSON.stringify(await transform(template, 1))).toBe('{"__proto__":1}');
    const value = await transform('{"__proto__": {"x": {{ item }}}}', 1);
    expect(Object.getPrototypeOf(value)).toBe(null);
  });

  it('stops when the visit was cancelled', async () => {
    const signal = AbortSignal.abort(new Error('cancelled'));
    const trial = { config: { template: '{{ item }}' }, upstream: [1], signal };
    await expect(trialVisit(transformNode, trial)).rejects.toThrow('cancelled');
  });
});
