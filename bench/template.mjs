// Renders and compiles one prompt of about 1 KB (a loop of 20 items, 9 filters, conditions, about 2
// KB of output) with our templates, nunjucks, @huggingface/jinja and CPython's Jinja2, in turn, and
// prints the medians side by side. Run: node bench/template.mjs [rounds]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Environment, Interpreter, parse, tokenize } from '@huggingface/jinja';
import { build } from 'esbuild';
import nunjucks from 'nunjucks';

const ROUNDS = Number(process.argv[2] ?? 3);
const WARM = 500;
const RENDERS = 3000;
const COMPILES = 200;

const TEMPLATE = `You are an analyst writing for {{ audience | default('managers') | title }}.
{%- if notes %}
Notes: {{ notes | join('; ') }}
{%- endif %}

Report for {{ company.name | upper }} ({{ company.country }}), quarter {{ quarter }}.
{%- if company.public and company.employees > 100 %}
This is a large public company with {{ company.employees }} employees.
{%- elif company.public %}
This is a small public company.
{%- else %}
This is a private company.
{%- endif %}

Orders ({{ orders | length }} in total):
{%- for order in orders %}
{{ loop.index }}. {{ order.product | capitalize }} for {{ order.customer.name | trim }}:
{%- if order.quantity > 10 %} bulk{% else %} single{% endif %} order of {{ order.quantity }} at
{{- ' ' }}{{ order.price | string }} each{% if order.tags %} [{{ order.tags | join(', ') | lower }}]{% endif %}
{%- if not loop.last %};{% else %}.{% endif %}
{%- endfor %}

Summary of the client: {{ summary | replace('\\n', ' ') }}
Answer in {{ language | default('English') }}, in at most {{ limit }} words.
{%- if strict %}
Answer with JSON only, and never invent numbers.
{%- endif %}
Think about risk, growth and cash before you answer. Name the three most important orders first.`;

const CONTEXT = {
  audience: 'board members',
  notes: ['first draft', 'numbers are preliminary', 'check the currency'],
  company: { name: 'Acme Industries', country: 'Norway', public: true, employees: 4200 },
  quarter: 'Q3',
  orders: Array.from({ length: 20 }, (_, index) => ({
    product: `product number ${index}`,
    customer: { name: `  Customer ${index} ` },
    quantity: (index * 7) % 23,
    price: 9.99 + index * 1.37,
    tags: index % 3 === 0 ? ['New', 'Priority'] : [],
  })),
  summary: 'A client since 2009.\nPays on time.\nWants faster delivery.',
  limit: 250,
  strict: true,
};

const PYTHON = `
import json, statistics, sys, time
try:
    from jinja2.sandbox import SandboxedEnvironment
except ImportError:
    print(json.dumps(None)); sys.exit()
job = json.load(sys.stdin)
environment = SandboxedEnvironment()
def median(count, work):
    times = []
    for _ in range(count):
        start = time.perf_counter_ns(); work(); times.append(time.perf_counter_ns() - start)
    return statistics.median(times) / 1000
compiled = median(job["compiles"] // 10, lambda: environment.from_string(job["template"]))
template = environment.from_string(job["template"])
for _ in range(job["warm"]): template.render(**job["context"])
print(json.dumps({"text": template.render(**job["context"]), "compile": compiled,
  "render": median(job["renders"], lambda: template.render(**job["context"]))}))
`;

const folder = mkdtempSync(join(tmpdir(), 'template-bench-'));
try {
  const results = new Map();
  const engines = await makeEngines();
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [name, engine] of engines) add(results, name, measure(engine));
    const python = measurePython();
    if (python !== null) add(results, 'CPython SandboxedEnvironment', python);
  }
  report(results);
} finally {
  rmSync(folder, { recursive: true });
}

async function makeEngines() {
  const bundle = join(folder, 'expression.mjs');
  const entry = new URL('../src/language/expression/index.ts', import.meta.url).pathname;
  await build({
    entryPoints: [entry],
    outfile: bundle,
    bundle: true,
    format: 'esm',
    platform: 'node',
  });
  const { compileTemplate } = await import(pathToFileURL(bundle).href);
  const names = { get: (name) => CONTEXT[name] };
  let salt = 0;
  // A comment that changes keeps our cache from answering for the compiler.
  const fresh = () => {
    salt += 1;
    return compileTemplate(`${TEMPLATE}{# ${salt} #}`, 'sandboxed');
  };
  const plain = nunjucks.configure({ autoescape: false });
  return new Map([
    ['ours, sandboxed, with fuel', { compile: fresh, render: (made) => made.render(names) }],
    [
      'nunjucks, no sandbox',
      {
        compile: () => nunjucks.compile(TEMPLATE, plain),
        render: (made) => made.render(CONTEXT),
        prepare: (made) => made.render(CONTEXT),
      },
    ],
    ['@huggingface/jinja', { compile: () => parse(tokenize(TEMPLATE)), render: renderHuggingface }],
  ]);
}

function renderHuggingface(program) {
  const environment = new Environment();
  for (const [key, value] of Object.entries(CONTEXT)) environment.set(key, value);
  return new Interpreter(environment).run(program).value;
}

function measure(engine) {
  // nunjucks compiles on its first use, which therefore belongs to compiling.
  const compiling = () => {
    const made = engine.compile();
    engine.prepare?.(made);
    return made;
  };
  const compile = median(COMPILES, compiling);
  const made = engine.compile();
  let text = '';
  for (let left = WARM; left > 0; left -= 1) text = engine.render(made);
  return { text, compile, render: median(RENDERS, () => engine.render(made)) };
}

function median(count, work) {
  const times = [];
  for (let left = count; left > 0; left -= 1) {
    const start = process.hrtime.bigint();
    work();
    times.push(Number(process.hrtime.bigint() - start) / 1000);
  }
  return times.sort((left, right) => left - right)[Math.floor(count / 2)];
}

function measurePython() {
  const script = join(folder, 'python.py');
  writeFileSync(script, PYTHON);
  const job = {
    template: TEMPLATE,
    context: CONTEXT,
    warm: WARM,
    renders: RENDERS,
    compiles: COMPILES,
  };
  const done = spawnSync('/usr/bin/python3', [script], {
    input: JSON.stringify(job),
    encoding: 'utf8',
  });
  return done.status === 0 ? JSON.parse(done.stdout) : null;
}

function add(results, name, result) {
  const all = results.get(name) ?? [];
  all.push(result);
  results.set(name, all);
}

function report(results) {
  const middle = (values) =>
    values.sort((left, right) => left - right)[Math.floor(values.length / 2)];
  const [ours] = results.values();
  const own = {
    render: middle(ours.map((each) => each.render)),
    compile: middle(ours.map((each) => each.compile)),
  };
  console.log(
    `template ${TEMPLATE.length} characters, output ${ours[0].text.length}, ${ROUNDS} rounds`,
  );
  console.log(
    'engine                          render us   x ours   compile us   x ours   same text',
  );
  for (const [name, all] of results) {
    const render = middle(all.map((each) => each.render));
    const compile = middle(all.map((each) => each.compile));
    const cells = [
      name.padEnd(30),
      render.toFixed(1).padStart(10),
      (render / own.render).toFixed(2).padStart(8),
      compile.toFixed(1).padStart(12),
      (compile / own.compile).toFixed(2).padStart(8),
      String(all[0].text.trim() === ours[0].text.trim()).padStart(11),
    ];
    console.log(cells.join(' '));
  }
}
