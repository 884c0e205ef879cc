// `npm start`: makes a fresh clone ready, writes a configuration where there is none, serves on the
// embedded database, and the first time puts the examples there to try.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import {
  beginFirstStart,
  endFirstStart,
  firstStartStage,
  keyIsShown,
  putExamples,
} from './first-start.js';
import { whenStarterEnds } from './parent-watch.js';
import { ensureReady } from './prepare.js';
import { ROOT, run, runMain, Stop } from './run-process.js';
import { paint } from './terminal.js';

const COMMAND = 'bin/sluice.js';

async function main(words) {
  try {
    await start(words);
  } catch (error) {
    // The system refused a file or folder of ours: its name and the reason are all that helps.
    if (typeof error.path !== 'string' || typeof error.code !== 'string') throw error;
    throw new Stop(
      `error: ${error.path} cannot be written (${error.code})\n` +
        '  Give the user that runs npm start the right to write there, and check the disk.',
    );
  }
}

async function start(words) {
  console.log(`${paint('bold', 'Sluice')} on Node.js ${process.versions.node}`);
  await ensureReady();
  if (!existsSync(`${ROOT}/.env`) && !hasSecrets(process.env)) await configure();
  const server = startServer(words);
  const serving = await server.serving;
  if (serving !== undefined) await welcome(serving);
  process.exitCode = await server.ended;
}

/** What a process manager or a container hands over needs no `.env`. */
function hasSecrets(environment) {
  return ['JWT_SECRET_KEY', 'SLUICE_JWT_SECRET_KEY', 'JWT_SECRET_KEY_FILE'].some(
    (name) => (environment[name] ?? '') !== '',
  );
}

async function configure() {
  beginFirstStart();
  const made = await run(process.execPath, [COMMAND, 'config', 'generate'], { capture: true });
  if (made.exit !== 0) throw new Stop(`${made.out}${made.err}`.trim());
  console.log(
    'Wrote .env with new secrets (only you can read it; keep it out of version control).',
  );
}

/**
 * The server as a child that shares our terminal; it ends with us, and we with it. `serving` is
 * {listens, dataDir} once it serves, undefined when it ends before.
 */
function startServer(words) {
  const child = spawn(process.execPath, [COMMAND, 'start', ...words], {
    cwd: ROOT,
    // By its channel the server says when it serves, and notices when we are killed.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  const pass = (signal) => child.kill(signal);
  process.on('SIGTERM', () => pass('SIGTERM'));
  process.on('SIGHUP', () => pass('SIGHUP'));
  // Ctrl-C goes to the whole group; we only have to outlive it.
  process.on('SIGINT', () => (process.stdin.isTTY ? undefined : pass('SIGINT')));
  whenStarterEnds(() => pass('SIGTERM'));
  const serving = new Promise((resolve) => {
    child.once('message', (message) => resolve(message.serving));
    child.once('error', () => resolve(undefined));
    child.once('exit', () => resolve(undefined));
  });
  const ended = new Promise((resolve) => {
    child.once('error', (error) => {
      console.error(`The server cannot be started: ${error.message}`);
      resolve(1);
    });
    child.once('exit', (code, signal) => resolve(code ?? killedBy(signal)));
  });
  return { serving, ended };
}

function killedBy(signal) {
  if (signal === 'SIGINT') return 130;
  console.error(
    `The server was ended by ${signal}. What it accepted goes on at the next npm start.`,
  );
  return 1;
}

/**
 * What is shown once is shown in one block: the admin's password when the server has made it, the
 * key the first time. Then the examples become flows of the account.
 */
async function welcome(serving) {
  const stage = firstStartStage();
  const lines = adminLines(serving.firstAdmin);
  const key = stage === undefined ? undefined : adminKey();
  if (stage === 'key') {
    keyIsShown();
    lines.push(...keyLines(key));
  }
  if (lines.length > 0) console.log(['', paint('bold', 'First start'), ...lines, ''].join('\n'));
  if (key !== undefined) await showExamples(serving, key);
}

/** The name and password of the first admin; the password stands nowhere else. */
function adminLines(admin) {
  if (admin?.password === undefined) return [];
  return [
    `  admin      ${admin.username}`,
    `  password   ${paint('cyan', admin.password)}`,
    `             shown this once; for a new one: node bin/sluice.js users reset-password ${admin.username} --set`,
  ];
}

function keyLines({ text, isOurs }) {
  if (!isOurs) return ['  admin key  the one that ADMIN_API_KEYS gives'];
  return [
    `  admin key  ${paint('cyan', text)}`,
    '             shown this once; it is ADMIN_API_KEYS in .env',
  ];
}

async function showExamples(serving, key) {
  const { names, failure } = await putExamples({ ...serving, key: key.text });
  if (failure !== undefined) {
    console.log(
      `The example flows are not there yet (${failure}); the next npm start tries again.`,
    );
    return;
  }
  endFirstStart();
  const lines = [
    paint('bold', `${names.length} example flows are there to try, from another terminal`),
    '  node bin/sluice.js flows list',
    '  node bin/sluice.js flows run hello --input who=Ada',
    '  node bin/sluice.js flows run sales-report',
    '',
  ];
  console.log(lines.join('\n'));
}

/** The first key that the server takes; what the environment gives goes before `.env`. */
function adminKey() {
  const given = process.env.SLUICE_ADMIN_API_KEYS || process.env.ADMIN_API_KEYS;
  const line = /^ADMIN_API_KEYS=(.+)$/m.exec(readFileSync(`${ROOT}/.env`, 'utf8'));
  const keys = given || line?.[1].trim().replace(/^["']|["']$/g, '') || '';
  return { text: keys.split(',')[0].trim(), isOurs: !given };
}

await runMain(import.meta.url, main);
