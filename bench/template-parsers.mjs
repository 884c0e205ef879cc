// Counts the templates of test/jinja that parsers judge differently from CPython's Jinja2: accepted
// where it refuses the syntax, or the other way round. Run: node bench/template-parsers.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parse, tokenize } from '@huggingface/jinja';
import { build } from 'esbuild';

const PYTHON = `
import json, sys
from jinja2 import Environment, TemplateSyntaxError
environment = Environment()
def accepts(template):
    try:
        environment.parse(template)
        return True
    except TemplateSyntaxError:
        return False
json.dump([accepts(template) for template in json.load(sys.stdin)], sys.stdout)
`;

const templates = readCorpus();
const folder = mkdtempSync(join(tmpdir(), 'template-parsers-'));
try {
  const python = spawnSync('/usr/bin/python3', ['-c', PYTHON], {
    input: JSON.stringify(templates),
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  if (python.status !== 0) throw new Error('python3 with jinja2 is needed');
  const accepted = JSON.parse(python.stdout);
  const refused = accepted.filter((each) => !each).length;
  console.log(`${templates.length} templates, ${refused} of them refused by Jinja2's parser`);
  report('ours', accepted, await loadOurs());
  report('@huggingface/jinja', accepted, (template) => parse(tokenize(template)));
} finally {
  rmSync(folder, { recursive: true });
}

function readCorpus() {
  const file = (name) => readFileSync(new URL(`../test/jinja/${name}`, import.meta.url), 'utf8');
  const expressions = file('expressions.txt')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('# '));
  const pieces = file('templates.txt').split(/^===.*\n/m);
  return [
    ...expressions.map((line) => `{{ ${line} }}`),
    ...pieces.slice(1).map((template) => template.replace(/\n$/, '')),
  ];
}

async function loadOurs() {
  const outfile = join(folder, 'syntax.mjs');
  const entry = new URL('../src/language/expression/syntax/index.ts', import.meta.url).pathname;
  await build({ entryPoints: [entry], outfile, bundle: true, format: 'esm', platform: 'node' });
  const { parseTemplate } = await import(pathToFileURL(outfile).href);
  return parseTemplate;
}

function report(name, accepted, parser) {
  let lenient = 0;
  let strict = 0;
  const examples = [];
  templates.forEach((template, index) => {
    let isAccepted = true;
    try {
      parser(template);
    } catch {
      isAccepted = false;
    }
    if (isAccepted === accepted[index]) return;
    if (isAccepted) lenient += 1;
    else strict += 1;
    if (examples.length < 12) examples.push(JSON.stringify(template));
  });
  console.log(`${name}: ${lenient + strict} judged differently`);
  console.log(`  ${lenient} accepted that Jinja2 refuses, ${strict} refused that it accepts`);
  for (const example of examples) console.log(`  ${example}`);
}
