// 1,000 listeners by SSE and 1,000 by WebSocket follow a handful of executions of the shipped
// server; each execution tells some hundred events. Listeners live in a process of their own.
// Prints whether all got all in order, and the server's time and memory (Linux only). Server,
// database and listeners share the machine.
import { fork } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { get } from 'node:http';
import { fileURLToPath } from 'node:url';
import { WebSocket } from 'ws';
import { sluiceServer } from './support/sluice-server.mjs';

const EACH = Number(process.env.EACH ?? 1_000);
const EXECUTIONS = 4;
const ITEMS = 100;
const PAUSE_MS = 100;
const DEADLINE_MS = 180_000;

/** One item after the other, so that the executions go on while the listeners come. */
const FLOW = `name: many-events
inputs:
  list: {type: array}
nodes:
  every:
    type: foreach
    config: {array_field: inputs.list, item_name: ms, parallel: false, subgraph_nodes: [a, b]}
  a: {type: delay, config: {duration: "{{ ms }}ms"}}
  b: {type: template, depends_on: [a], config: {template: "{{ ms }}"}}
`;

if (process.argv[2] === 'listen') await listen(JSON.parse(process.argv[3]));
else await measure();

async function measure() {
  const server = await sluiceServer();
  try {
    const flow = await server.request('POST', '/api/v1/flows', { source: FLOW });
    const inputs = { list: Array.from({ length: ITEMS }, () => PAUSE_MS) };
    const ids = [];
    for (let index = 0; index < EXECUTIONS; index += 1) {
      ids.push((await server.request('POST', `/api/v1/flows/${flow.id}/execute`, { inputs })).id);
    }
    const before = usage(server.pid);
    let peak = before.megabytes;
    const timer = setInterval(() => {
      peak = Math.max(peak, usage(server.pid).megabytes);
    }, 250);
    const startedAt = performance.now();
    const { counts, failures, openMs } = await listeners({ ...server, ids });
    const elapsedMs = performance.now() - startedAt;
    clearInterval(timer);
    const most = Math.max(...counts);
    const whole = counts.filter((count) => count === most).length;
    const cpuMs = usage(server.pid).cpuMs - before.cpuMs;
    console.log(`${EACH} by SSE and ${EACH} by WebSocket follow ${EXECUTIONS} executions`);
    show('got all events in order', `${whole} of ${2 * EACH}, ${most} events each`);
    show('until all were open', seconds(openMs));
    show('from the first connection to the last event', seconds(elapsedMs));
    show("server's processor time", seconds(cpuMs));
    show('for each event and listener', `${((cpuMs * 1_000) / (whole * most)).toFixed(1)} µs`);
    show('memory before / at most', `${before.megabytes} / ${peak} MB`);
    for (const failure of failures.slice(0, 5)) show('failed', failure);
    if (whole !== 2 * EACH) process.exitCode = 1;
  } finally {
    await server.close();
  }
}

/** Starts the listeners in a process of their own; gives how many events each got in order. */
function listeners({ address, headers, ids }) {
  return new Promise((resolve, reject) => {
    const target = JSON.stringify({ address, key: headers['x-api-key'], ids });
    const child = fork(fileURLToPath(import.meta.url), ['listen', target]);
    const timer = setTimeout(() => child.kill(), DEADLINE_MS);
    let result;
    child.on('message', (message) => {
      result = message;
    });
    child.on('exit', () => {
      clearTimeout(timer);
      if (result === undefined) reject(new Error('the listeners did not end in time'));
      else resolve(result);
    });
  });
}

async function listen({ address, key, ids }) {
  const startedAt = performance.now();
  const failures = [];
  let open = 0;
  let openMs = 0;
  const opened = () => {
    open += 1;
    if (open === 2 * EACH) openMs = performance.now() - startedAt;
  };
  const follows = Array.from({ length: EACH }, (_, index) => {
    const id = ids[index % ids.length];
    const socket = `${address.replace('http', 'ws')}/ws/executions/${id}`;
    return [
      byStream(`${address}/api/v1/executions/${id}/events`, key, opened),
      bySocket(socket, key, opened),
    ];
  }).flat();
  const counts = await Promise.all(
    follows.map((follow) =>
      follow.catch((error) => {
        failures.push(String(error));
        return -1;
      }),
    ),
  );
  process.send({ counts, failures, openMs }, () => process.exit());
}

/** Counts while each number is one more than the one before; gives -1 when one was not. */
function counter() {
  let count = 0;
  return {
    take: (sequence) => {
      count = sequence === count + 1 ? sequence : Number.NaN;
    },
    result: () => (Number.isNaN(count) ? -1 : count),
  };
}

function byStream(url, key, opened) {
  return new Promise((resolve, reject) => {
    const { take, result } = counter();
    let rest = '';
    const request = get(url, { headers: { 'x-api-key': key }, agent: false }, (answer) => {
      opened();
      answer.setEncoding('utf8');
      answer.on('data', (text) => {
        const blocks = (rest + text).split('\n\n');
        rest = blocks.pop();
        for (const block of blocks) {
          const id = /^id: (\d+)\n/.exec(block)?.[1];
          if (id !== undefined) take(Number(id));
        }
      });
      answer.on('end', () => resolve(result()));
      answer.on('error', reject);
    });
    request.on('error', reject);
  });
}

function bySocket(url, key, opened) {
  return new Promise((resolve, reject) => {
    const { take, result } = counter();
    const socket = new WebSocket(url, { headers: { 'x-api-key': key } });
    socket.on('open', opened);
    socket.on('message', (data) => {
      const head = data.toString('latin1', 0, 120);
      const sequence = /"type":"event","executionId":"[^"]+","sequence":(\d+),/.exec(head)?.[1];
      if (sequence !== undefined) take(Number(sequence));
    });
    socket.on('close', () => resolve(result()));
    socket.on('error', reject);
  });
}

/** Of another process, as Linux tells it; its clock ticks 100 times a second. */
function usage(pid) {
  if (!existsSync(`/proc/${pid}/stat`)) return { cpuMs: Number.NaN, megabytes: Number.NaN };
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]);
  const cpuMs = (Number(fields[11]) + Number(fields[12])) * 10;
  return { cpuMs, megabytes: Math.round(kilobytes / 1024) };
}

function show(name, value) {
  console.log(`  ${name.padEnd(44)} ${value}`);
}

function seconds(milliseconds) {
  return `${(milliseconds / 1_000).toFixed(2)} s`;
}
