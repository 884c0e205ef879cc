// A worker with a hole: it speaks the protocol of javascript-worker.ts, and runs the code of a job
// as code of Node with all that Node has. It stands for an interpreter that fell, and is put in the
// place of the real worker by tests alone.
import { createRequire } from 'node:module';
import vm from 'node:vm';

const PREFIX_BYTES = 16;
const need = createRequire(import.meta.url);
const kept = {};
let held = Buffer.alloc(0);

function frame(sequence, note, header, body = '') {
  const parts = [Buffer.from(JSON.stringify(header)), Buffer.from(body)];
  const prefix = Buffer.alloc(PREFIX_BYTES);
  [parts[0].length, parts[1].length, sequence, note].forEach((word, at) => {
    prefix.writeUInt32BE(word, at * 4);
  });
  return Buffer.concat([prefix, ...parts]);
}

function send(sequence, note, header, body) {
  process.stdout.write(frame(sequence, note, header, body));
}

async function serve(sequence, job, body) {
  const world = { need, kept, sequence, job, body, frame, send };
  const ended = { logs: [], retire: false };
  try {
    const run = vm.runInThisContext(`(async (world, need) => {${job.code}\n})`, {
      importModuleDynamically: (name) => import(name),
    });
    const value = await run(world, need);
    if (value === 'silent') return;
    send(sequence, 0, { kind: 'value', ...ended }, JSON.stringify(value ?? null));
  } catch (error) {
    const message = `${error?.name}: ${error?.code ?? ''} ${error?.message}`.slice(0, 1_000);
    send(sequence, 0, { kind: 'failure', reason: 'error', message, ...ended });
  }
}

process.stdin.on('data', (piece) => {
  held = Buffer.concat([held, piece]);
  for (;;) {
    if (held.length < PREFIX_BYTES) return;
    const [headerBytes, bodyBytes, sequence] = [0, 4, 8].map((at) => held.readUInt32BE(at));
    const end = PREFIX_BYTES + headerBytes + bodyBytes;
    if (held.length < end) return;
    const header = JSON.parse(held.toString('utf8', PREFIX_BYTES, PREFIX_BYTES + headerBytes));
    const body = held.toString('utf8', PREFIX_BYTES + headerBytes, end);
    held = held.subarray(end);
    serve(sequence, header, body);
  }
});
process.stdin.on('end', () => process.exit(0));
process.on('uncaughtException', () => undefined);
send(0, 0, { kind: 'ready' });
