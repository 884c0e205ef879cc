// Draws the terminal pictures of the README from real runs: docs/pictures/*.svg. Run by hand when
// the look of the command changes: `node scripts/pictures.js`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const CHARACTER_WIDTH = 8.4;
const LINE_HEIGHT = 20;
const MARGIN = 18;
const COLOURS = { 31: '#f47067', 32: '#7ee787', 33: '#e3b341', 36: '#76e3ea' };

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are the escapes of our own command.
const ESCAPES = /\u001b\[(\d+)m/g;

const WRONG_FLOW = `name: hello
inputs:
  names: {type: array, default: [Ada, Grace]}
nodes:
  each:
    type: split
    config: {field: inputs.name, item_name: name}
  greet:
    type: template
    depends_on: [each]
    config: {template: "Hello, {{ nmae | upper }}!"}
outputs:
  greetings: greeet
`;

const PICTURES = [
  {
    file: 'run',
    words: ['run', `${ROOT}/examples/log-triage/flow.yaml`, '-w', `${ROOT}/examples/log-triage`],
    shown: 'sluice run flow.yaml',
  },
  {
    file: 'problem',
    words: ['validate', 'hello.yaml'],
    flow: WRONG_FLOW,
    shown: 'sluice validate hello.yaml',
  },
];

const folder = mkdtempSync(join(tmpdir(), 'pictures-'));
for (const { file, words, flow, shown } of PICTURES) {
  if (flow !== undefined) writeFileSync(join(folder, 'hello.yaml'), flow);
  const { stdout, stderr } = spawnSync(process.execPath, [`${ROOT}/bin/sluice.js`, ...words], {
    cwd: folder,
    env: { ...process.env, FORCE_COLOR: '1' },
    encoding: 'utf8',
  });
  const text = `$ ${shown}\n${stdout}${stderr}`.trimEnd();
  writeFileSync(`${ROOT}/docs/pictures/${file}.svg`, drawing(text));
}
rmSync(folder, { recursive: true });

function drawing(text) {
  const lines = text.split('\n');
  const plain = lines.map((line) => line.replace(ESCAPES, ''));
  const width = Math.ceil(
    Math.max(...plain.map((line) => line.length)) * CHARACTER_WIDTH + 2 * MARGIN,
  );
  const height = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const rows = lines.map((line, index) => {
    const y = MARGIN + (index + 0.75) * LINE_HEIGHT;
    return `<text x="${MARGIN}" y="${y}" xml:space="preserve">${spans(line)}</text>`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">
<rect width="100%" height="100%" rx="8" fill="#161b22"/>
<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="14" fill="#e6edf3">
${rows.join('\n')}
</g>
</svg>
`;
}

/** One <tspan> for each run of a style; a style ends with any of the codes that switch one off. */
function spans(line) {
  let style = '';
  let out = '';
  let from = 0;
  for (const found of line.matchAll(ESCAPES)) {
    out += span(line.slice(from, found.index), style);
    from = found.index + found[0].length;
    style = styleOf(Number(found[1]));
  }
  return out + span(line.slice(from), style);
}

function styleOf(code) {
  if (code === 1) return ' font-weight="bold"';
  if (code === 2) return ' fill="#8b949e"';
  return Object.hasOwn(COLOURS, code) ? ` fill="${COLOURS[code]}"` : '';
}

function span(text, style) {
  const safe = text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
  if (safe === '') return '';
  return style === '' ? safe : `<tspan${style}>${safe}</tspan>`;
}
