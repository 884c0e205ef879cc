import { describe, expect, it } from 'vitest';
import {
  coversHost,
  type Grants,
  grantedHost,
  widerThan,
} from '../../src/language/grants/index.ts';
import { compile } from '../../src/language/index.ts';
import { defineNode } from '../../src/nodes/kit/index.ts';

const base = {
  version: 1,
  title: 'Fake',
  summary: 'A node type of the tests.',
  role: 'step',
  effect: 'write',
  output: 'any',
  outputSummary: 'Nothing.',
  example: '',
  run: async () => ({ value: null }),
} as const;

const template = { level: 'safe_expressions', when: 'before' } as const;
const url = { kind: 'text', summary: 'Where.', template } as const;
const httpNode = defineNode({ ...base, id: 'web', needs: ['http'], config: { url } });
const otherNode = defineNode({ ...base, id: 'dial', needs: ['http'], config: {} });
const level = {
  kind: 'choice',
  choices: ['strict', 'normal', 'trusted'],
  summary: 'How much.',
} as const;
const codeNode = defineNode({
  ...base,
  id: 'run',
  needs: ['code'],
  config: { security_level: level },
});

const NONE: Grants = { hosts: [], connections: [], secrets: [], code: 'none' };

function compiled(nodes: string, block = '') {
  const text = `name: x\n${block}nodes:\n${nodes}`;
  return compile(text, { nodeTypes: [httpNode, otherNode, codeNode] });
}

function hostsOfUrl(url: string): readonly string[] | undefined {
  const text = JSON.stringify({
    name: 'x',
    inputs: { x: { type: 'string' } },
    nodes: { a: { type: 'web', config: { url } } },
  });
  return compile(text, { file: 'x.json', nodeTypes: [httpNode] }).plan?.grants.hosts;
}

const codesOf = (result: ReturnType<typeof compiled>) =>
  result.problems.map(({ code, line }) => `${line} ${code}`);

describe('the host of a node', () => {
  it.each([
    ['https://api.example.com/a', 'api.example.com'],
    ['http://API.Example.COM:8080', 'api.example.com'],
    ['https://api.example.com./a', 'api.example.com'],
    ['https://api.example.com/{{ inputs.x }}', 'api.example.com'],
    ['https://api.example.com?q={{ inputs.x }}', 'api.example.com'],
    ['https://api.example.com:443/{{ inputs.x }}', 'api.example.com'],
    ['https://[::1]/{{ inputs.x }}', '::1'],
    ['https://bücher.example/', 'xn--bcher-kva.example'],
    ['http://0x7f.1/', '127.0.0.1'],
  ])('is read from %s', (url, host) => {
    expect(hostsOfUrl(url)).toEqual([host]);
  });

  it.each([
    'https://api.example.com{{ inputs.x }}/',
    'https://api.example.com:{{ inputs.x }}/',
    'https://{{ inputs.x }}.example.com/',
    'https://user@{{ inputs.x }}/',
    'https://api.example.com@{{ inputs.x }}/',
    'https:///{{ inputs.x }}/a',
    'https:/{{ inputs.x }}/a',
    'https:{{ inputs.x }}//api.example.com/',
    '{{ inputs.x }}',
    '{{ inputs.x }}://api.example.com/',
    ' {{ inputs.x }}https://api.example.com/',
    'https://{# a #}api.example.com/',
    'https://api.example.com@evil.test/',
  ])('is dynamic where anything that decides it is computed: %s', (url) => {
    expect(hostsOfUrl(url)).toEqual(['dynamic']);
  });

  it('is nothing a backslash hides', () => {
    expect(hostsOfUrl('https://evil.test\\@api.example.com/{{ inputs.x }}')).toEqual(['evil.test']);
  });
});

describe('grants without a block', () => {
  it('are what the nodes use', () => {
    const { plan } = compiled(`  a: {type: web, config: {url: 'https://b.test/'}}
  b: {type: web, config: {url: 'https://a.test/'}}
  c: {type: run, config: {security_level: strict}}
  d: {type: run}
`);
    expect(plan?.grants).toEqual({
      hosts: ['a.test', 'b.test'],
      connections: [],
      secrets: [],
      code: 'normal',
    });
  });

  it('are dynamic for what asks for the network and names no host', () => {
    expect(compiled('  a: {type: dial}\n').plan?.grants.hosts).toEqual(['dynamic']);
  });

  it('are nothing for a flow that only computes', () => {
    const { plan } = compiled(`  a: {type: run, config: {security_level: strict}}\n`);
    expect(plan?.grants).toEqual({ ...NONE, code: 'strict' });
  });
});

describe('a grants block', () => {
  const NODES = `  a: {type: web, config: {url: 'https://api.test/'}}\n`;

  it('is the upper bound of what it names, and may be more than is used', () => {
    const { plan } = compiled(NODES, 'grants: {hosts: [z.test, API.test], secrets: [S]}\n');
    expect(plan?.grants).toEqual({ ...NONE, hosts: ['api.test', 'z.test'], secrets: ['S'] });
  });

  it.each([
    ['another host', 'grants: {hosts: [z.test]}\n'],
    ['no host', 'grants: {hosts: []}\n'],
    ['a host below', 'grants: {hosts: ["x.api.test"]}\n'],
    ['a pattern that does not cover the name itself', 'grants: {hosts: ["*.api.test"]}\n'],
  ])('refuses a use that it does not cover: %s', (_what, block) => {
    expect(codesOf(compiled(NODES, block))).toEqual(['4 GRANT_MISSING']);
  });

  it.each(['grants: {hosts: ["*.example.org", dynamic]}\n', 'grants: {secrets: [S]}\n'])(
    'covers a use by dynamic, and leaves what it does not name to the nodes',
    (block) => {
      expect(compiled(NODES, block).problems).toEqual([]);
    },
  );

  it('refuses code above its level', () => {
    const nodes = '  a: {type: run, config: {security_level: trusted}}\n';
    expect(codesOf(compiled(nodes, 'grants: {code: normal}\n'))).toEqual(['4 GRANT_MISSING']);
    expect(compiled(nodes, 'grants: {code: trusted}\n').problems).toEqual([]);
  });

  it.each([
    'grants: {hosts: ["https://a.test"]}\n',
    'grants: {hosts: ["a.test:80"]}\n',
    'grants: {hosts: ["*"]}\n',
    'grants: {hosts: ["*.com"]}\n',
    'grants: {hosts: ["a.*.test"]}\n',
    'grants: {hosts: ["a.test/x"]}\n',
    'grants: {everything: true}\n',
    'grants: {code: unsafe}\n',
    'grants: all\n',
  ])('refuses what is no grant: %s', (block) => {
    expect(compiled('  a: {type: run}\n', block).plan).toBeUndefined();
  });
});

describe('a granted host', () => {
  it('covers itself, and a pattern what is below its name', () => {
    const grants = { hosts: ['a.test', '*.b.test'] };
    expect(coversHost(grants, 'a.test')).toBe(true);
    expect(coversHost(grants, 'x.b.test')).toBe(true);
    expect(coversHost(grants, 'x.y.b.test')).toBe(true);
    for (const host of ['b.test', 'xb.test', '.b.test', 'x.a.test', 'a.test.evil', '']) {
      expect(coversHost(grants, host), host).toBe(false);
    }
    expect(coversHost({ hosts: ['dynamic'] }, 'anything.test')).toBe(true);
  });

  it('is read in the forms in which URLs are', () => {
    expect(grantedHost(' API.Test. ')).toBe('api.test');
    expect(grantedHost('::1')).toBe('::1');
    expect(grantedHost('*.A.test')).toBe('*.a.test');
    expect(grantedHost('')).toBeUndefined();
  });
});

describe('a version that may do more than the one before', () => {
  it('is told by what is new', () => {
    const before: Grants = { ...NONE, hosts: ['*.a.test'], code: 'normal' };
    const now: Grants = {
      hosts: ['b.test', 'x.a.test'],
      connections: ['mail'],
      secrets: ['S'],
      code: 'trusted',
    };
    expect(widerThan(before, now)).toEqual([
      'hosts: b.test',
      'connections: mail',
      'secrets: S',
      'code: trusted',
    ]);
    expect(widerThan(now, { ...NONE, code: 'strict' })).toEqual([]);
  });
});
