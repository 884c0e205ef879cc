// Whole-process time of small commands, beside a bare node: what a person waits for.
// Medians of several runs, taken in turn so that a drift of the machine hits all alike.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const RUNS = 15;
const commands = {
  'node -e 0': ['-e', '0'],
  'sluice --help': ['bin/sluice.js', '--help'],
  'sluice validate hello': ['bin/sluice.js', 'validate', 'examples/hello/flow.yaml'],
  'sluice run hello': ['bin/sluice.js', 'run', 'examples/hello/flow.yaml', '--json'],
  'sluice run company-pipeline (JavaScript)': [
    'bin/sluice.js',
    'run',
    'examples/company-pipeline/flow.yaml',
    '--json',
  ],
};

const times = Object.fromEntries(Object.keys(commands).map((name) => [name, []]));
for (let run = 0; run <= RUNS; run += 1) {
  for (const [name, words] of Object.entries(commands)) {
    const startedAt = performance.now();
    const { status, stderr } = spawnSync(process.execPath, words, { cwd: root });
    if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
    // The first round warms the disk cache and is not counted.
    if (run > 0) times[name].push(performance.now() - startedAt);
  }
}

const median = (list) => list.sort((left, right) => left - right)[Math.floor(list.length / 2)];
const bare = median(times['node -e 0']);
console.log(`whole process, median of ${RUNS} runs`);
for (const [name, list] of Object.entries(times)) {
  const ms = median(list);
  console.log(
    `${name.padEnd(44)} ${ms.toFixed(0).padStart(5)} ms   ${(ms / bare).toFixed(2)} x bare node`,
  );
}
