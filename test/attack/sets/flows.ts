import type { AttackSet } from '../attack.ts';
import { corpusField } from '../corpora.ts';

const TAGS = [
  '!!js/function "function () { return process.env }"',
  '!!js/regexp /(a+)+$/',
  '!!js/undefined ""',
  '!<tag:yaml.org,2002:js/function> "() => process"',
  '!!python/object/apply:os.system ["id"]',
  '!!python/object/new:os.system ["id"]',
  '!!python/name:os.system',
  '!!python/module:os',
  '!!python/object/apply:subprocess.Popen [["id"]]',
  '!!python/object/apply:builtins.eval ["1"]',
  '!!ruby/object:Gem::Requirement {}',
  '!!javax.script.ScriptEngineManager [!!java.net.URLClassLoader [[]]]',
  '!include /etc/passwd',
  '!ENV SLUICE_CANARY',
  '!env $SLUICE_CANARY',
  '!vault secret',
  '!Ref x',
  '!!binary "not base64 !"',
  '!!set {a, b}',
  '!!omap [a: 1]',
  '!!timestamp 2001-12-14t21:59:43.10-05:00',
  '!local {a: 1}',
];

const BOMBS = [
  `a: &a [1,1,1,1,1,1,1,1,1]\n${'bcdefghij'
    .split('')
    .map((name, at) => {
      const before = 'abcdefghi'[at];
      return `${name}: &${name} [${Array(9).fill(`*${before}`).join(',')}]`;
    })
    .join('\n')}`,
  '['.repeat(100_000),
  '{a: '.repeat(50_000),
  `${'- '.repeat(50_000)}a`,
  'a: &a [*a]',
  'a: &a {b: *a}',
  `name: x\nnodes:\n${'  - a\n'.repeat(100_000)}`,
  `name: x\nnodes: {${Array.from({ length: 100_000 }, (_, at) => `k${at}: 1`).join(', ')}}`,
  '--- {}\n'.repeat(10_000),
  `? ${'? '.repeat(20_000)}`,
  `name: "${'\\u0000'.repeat(200_000)}"`,
  '\ufeff'.repeat(1_000),
  '%YAML 9.9\n%TAG ! tag:x,2000:\n--- !x {}',
  `a: "${'&a '.repeat(100)}"\n<<: [*b, *c]`,
  `name: ${'x'.repeat(5 * 1024 * 1024)}`,
];

/** A node that could run a command, as rivals have them; there is no such type here. */
const COMMAND_NODES = [
  'type: execute_command\n    config: {command: id}',
  'type: shell\n    config: {command: [sh, -c, id]}',
  'type: mcp\n    config: {transport: stdio, command: npx, args: [-y, x], env: {NODE_OPTIONS: "-r x"}}',
  'type: mcp\n    config: {command: node, args: ["--eval", "1"]}',
  'type: mcp\n    config: {command: node, args: ["-e1"]}',
  'type: mcp\n    config: {command: python3, args: ["-c", "1"], env: {PYTHONSTARTUP: /tmp/x}}',
  'type: mcp\n    config: {command: git, env: {GIT_SSH_COMMAND: id, GIT_CONFIG_COUNT: 1}}',
  'type: git\n    config: {operation: clone, hooks: /tmp/x}',
  'type: sql\n    config: {query: "ATTACH DATABASE \'/tmp/x\' AS y"}',
  'type: jsonata\n    config: {expression: "$eval(x)"}',
  'type: handlebars\n    config: {template: "{{lookup this}}"}',
  'type: xslt\n    config: {style: "document(\'/etc/passwd\')"}',
  'type: jq\n    config: {filter: "env"}',
  'type: xpath\n    config: {path: "unparsed-text(\'/etc/passwd\')"}',
  'type: code\n    config: {language: sh, code: id}',
  'type: custom_function\n    config: {code: "return process.env"}',
  'type: ../../data/template\n    config: {template: x}',
  'type: __proto__\n    config: {}',
  'type: constructor\n    config: {}',
  'type: toString\n    config: {}',
  'type: javascript\n    config: {code: "return 1", env: {NODE_OPTIONS: "-r x"}}',
  'type: javascript\n    config: {code: "return 1", require: [fs]}',
  'type: javascript\n    config: {code: "return 1", sandbox: false}',
  'type: javascript\n    config: {code: "return 1", command: node, args: ["-e", "1"]}',
  'type: template\n    level: unsafe\n    config: {template: "{{ 1 }}"}',
  'type: template\n    config: {template: "{{ env.SLUICE_CANARY }}"}',
  'type: template\n    config: {template: "{{ process.env }}"}',
  'type: template\n    config: {template: "{{ constructor.constructor }}"}',
];

function node(body: string): string {
  return `name: x\nnodes:\n  a:\n    ${body}\n`;
}

/** Places of a flow where a map of the author's own keys may stand. */
const PLACES = [
  (map: string) => `name: x\nnodes: {a: {type: transform, config: {template: ${map}}}}`,
  (map: string) => `name: x\nnodes: {a: {type: transform, config: ${map}}}`,
  (map: string) => `name: x\nnodes: ${map}`,
  (map: string) => `name: x\ninputs: ${map}\nnodes: {a: {type: transform, config: {template: 1}}}`,
  (map: string) => `name: x\nnodes: {a: {type: http, config: {url: "http://x", headers: ${map}}}}`,
];

function pollution(property: string): readonly string[] {
  const key = JSON.stringify(property);
  return [
    `{"__proto__": {${key}: polluted}}`,
    `{"constructor": {"prototype": {${key}: polluted}}}`,
    `{"a": {"__proto__": {${key}: polluted}}}`,
    `{? "__pr\\x6fto__" : {${key}: polluted}}`,
  ];
}

const PROPERTIES = ['polluted', 'toString', 'then', 'shell', 'NODE_OPTIONS', 'type', 'plan'];

function everywhere(properties: readonly string[]): readonly string[] {
  return properties.flatMap((property) =>
    PLACES.flatMap((place) => pollution(property).map((map) => place(map))),
  );
}

function set(name: string, kind: string, rest: Pick<AttackSet, 'tries' | 'payloads'>): AttackSet {
  return { name: `flow/${name}`, class: kind, door: 'flow', accept: ['reader'], ...rest };
}

/** Classes A5, A7, A8, E2 and E5 in the text of a flow: all are problems when it is saved. */
export const FLOW_SETS: readonly AttackSet[] = [
  set('tags', 'A5', {
    tries: 'YAML tags that make objects, run code or read files',
    payloads: () =>
      TAGS.flatMap((tag) => [tag, `name: x\nnodes: {a: {type: delay, config: ${tag}}}`]),
  }),
  set('commands', 'A7', {
    tries: 'nodes and fields that start a command or a second interpreter',
    payloads: () => COMMAND_NODES.map(node),
  }),
  set('bombs', 'E5', {
    tries: 'documents that grow, nest or repeat',
    payloads: () => BOMBS,
  }),
  set('published-bombs', 'E5', {
    tries: 'the list of documents made to break a reader',
    payloads: () => corpusField('yaml/own-bombs.json', 'yaml'),
  }),
  set('yaml-suite', 'A8', {
    tries: 'the YAML test suite, opened as flows',
    payloads: () => corpusField('yaml/yaml-test-suite.json', 'in.yaml'),
  }),
  set('prototypes', 'E2', {
    tries: 'keys that would change the prototype of objects',
    payloads: () => everywhere(PROPERTIES),
  }),
  set('published-gadgets', 'E2', {
    tries: 'each property that a Node function trusts, set on the prototype',
    payloads: () => {
      const found = corpusField(
        'prototype-pollution/kth-node-gadget-properties.json',
        'properties',
      );
      return found && everywhere([...new Set(found)]);
    },
  }),
  set('published-pollution', 'E2', {
    tries: 'published texts of prototype pollution, as flows',
    payloads: () => corpusField('prototype-pollution/patt-pp-blocks.json', 'payload'),
  }),
];
