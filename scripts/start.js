// `npm start`: makes a fresh clone ready, runs the examples and says what to do next.
import { ensureReady } from './prepare.js';
import { runMain } from './run-process.js';
import { paint, printCounts, printOutcome } from './terminal.js';

const NEXT = [
  ['node bin/sluice.js run examples/hello/flow.yaml', 'run a flow'],
  ['node bin/sluice.js validate FILE', 'check a flow without running it'],
  ['node bin/sluice.js --help', 'everything else'],
  ['docs/reference/flow-format.md', 'how flows are written'],
  ['docs/reference/nodes.md', 'what nodes there are'],
];

async function runExamples() {
  const { exampleNames, runExample } = await import('../examples/run.js');
  const counts = { passed: 0, failed: 0, skipped: 0 };
  console.log(paint('bold', '\nThe examples'));
  for (const name of exampleNames()) {
    const startedAt = performance.now();
    const { isAsExpected, title, commandLine, document } = await runExample(name);
    const outcome = isAsExpected ? 'passed' : 'failed';
    counts[outcome] += 1;
    printOutcome(outcome, name.padEnd(18), performance.now() - startedAt, title);
    console.log(paint('dim', `    ${commandLine}`));
    if (!isAsExpected) console.log(`    ${document.error?.message ?? 'the outputs differ'}`);
  }
  return counts;
}

function sayWhatNext() {
  console.log(paint('bold', '\nWhat to do next'));
  const width = Math.max(...NEXT.map(([what]) => what.length));
  for (const [what, why] of NEXT) console.log(`  ${paint('cyan', what.padEnd(width))}  ${why}`);
  console.log('');
}

async function main() {
  console.log(`${paint('bold', 'Sluice')} on Node.js ${process.versions.node}`);
  await ensureReady();
  const counts = await runExamples();
  sayWhatNext();
  printCounts(counts);
  process.exitCode = counts.failed > 0 ? 1 : 0;
}

await runMain(import.meta.url, main);
