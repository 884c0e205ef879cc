import { readFileSync } from 'node:fs';
import { CODE_LIMITS } from '../base/index.ts';
import { encodeFrame, type Frame, FrameReader } from './frames.ts';
import { begin, type Ended, Room } from './guest/room.ts';
import { JOB_LIMITS, READY, type Reply, type RunJob } from './protocol.ts';

const WASM_FILE = './emscripten-module.wasm';

/**
 * The whole program of a process that runs JavaScript: jobs come in on standard input, replies go
 * out on standard output. It opens one file, before the first job: the interpreter's WebAssembly,
 * which the build puts beside this program's bundle.
 */
function main(): void {
  const module = new WebAssembly.Module(readFileSync(new URL(WASM_FILE, import.meta.url)));
  const frames = new FrameReader(JOB_LIMITS);
  const beginning = begin(module);
  const watch = endWith(process.ppid);
  let room = new Room(beginning, { memoryBytesMax: CODE_LIMITS.memoryBytes, watch });

  function serve({ sequence, header, body }: Frame): void {
    // Only the server writes to this process, so the header is a job.
    const job = header as RunJob;
    const { memoryBytes } = job;
    if (room.memoryBytesMax !== memoryBytes) {
      room = new Room(beginning, { memoryBytesMax: memoryBytes, watch });
    }
    const ended = room.run(job, body);
    const text = 'text' in ended.outcome ? ended.outcome.text : '';
    send(sequence, replyOf(ended), text);
    // Nobody waits any more.
    room.clean();
  }

  process.stdin.on('data', (piece: Buffer) => {
    for (const frame of frames.push(piece)) serve(frame);
  });
  process.stdin.on('end', () => process.exit(0));
  send(0, READY, '');
}

/**
 * Ends this process where its parent is another than it was: a server that was killed could not
 * kill it, and code that never ends would not let it see its input end.
 */
function endWith(server: number): () => void {
  return () => {
    if (process.ppid !== server) process.exit(1);
  };
}

function replyOf({ outcome, logs, retire }: Ended): Reply {
  return 'text' in outcome
    ? { kind: 'value', logs, retire }
    : { kind: 'failure', ...outcome, logs, retire };
}

function send(sequence: number, header: object, body: string): void {
  process.stdout.write(encodeFrame({ sequence, note: 0 }, header, body));
}

main();
