import { ACCESS_LIMITS } from '../../base/index.ts';
import { failed, passed, toLookAt } from '../../config/index.ts';
import { ROUTES, type Route } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { ServerOptions } from '../remote.ts';
import { connect } from '../server/connect.ts';
import { collectPages } from '../server/pages.ts';
import type { AnyChecked } from './checks.ts';

const KEYS_MAX = 1_000;
const ANSWER_MS = 5_000;

/** What the machine and its server tell: the headers, the jail, the age of keys. */
export async function checkMachine(
  context: CommandContext,
  options: ServerOptions,
): Promise<readonly AnyChecked[]> {
  return [
    checkHeaders(await context.local.securityHeaders()),
    await checkSandbox(context),
    await checkKeyAge(context, options),
  ];
}

/** What each answer must carry, by the guides. */
const HEADERS: readonly (readonly [string, RegExp])[] = [
  ['x-content-type-options', /^nosniff$/],
  ['x-frame-options', /^DENY$/],
  ['strict-transport-security', /^max-age=(?:3153600\d|[4-9]\d{7,}|\d{9,})/],
  ['content-security-policy', /^default-src 'self'/],
  ['referrer-policy', /^(?:no-referrer|strict-origin)/],
];

function checkHeaders(headers: Readonly<Record<string, string>>): AnyChecked {
  const wrong = HEADERS.filter(([name, form]) => !form.test(headers[name] ?? ''));
  const policy = headers['content-security-policy'] ?? '';
  if (wrong.length === 0 && !policy.includes('unsafe')) {
    const count = Object.keys(headers).length;
    return passed('headers', `the program puts ${count} of them on every answer, errors too`);
  }
  const names = wrong.map(([name]) => name).join(', ');
  const seen = `the program does not send ${names === '' ? 'a policy without unsafe' : names}`;
  return failed('headers', seen, 'Install an unchanged version.');
}

async function checkSandbox({ posture }: CommandContext): Promise<AnyChecked> {
  if (posture === undefined) {
    return toLookAt('sandbox', 'this program runs no code', 'Run sluice doctor on the server.');
  }
  try {
    const { kind, attacks, problem } = await posture();
    if (kind === 'kernel') {
      const stopped = attacks.filter(({ isStopped }) => isStopped).length;
      return passed('sandbox', `code runs in a jail; ${stopped} attacks were tried and stopped`);
    }
    const why = problem?.why ?? 'there is no jail here';
    return failed('sandbox', why, problem?.remedy ?? 'See docs/code.md.');
  } catch (error) {
    return notKnown('sandbox', error);
  }
}

/** Keys on a server, where one answers (claim G5.288). Those of ADMIN_API_KEYS have no date. */
async function checkKeyAge(context: CommandContext, options: ServerOptions): Promise<AnyChecked> {
  const { signal } = context;
  const days = ACCESS_LIMITS.keyAgeDays;
  try {
    const client = await connect(context, options);
    const page = await collectPages(KEYS_MAX, (query) =>
      client.listKeys({ query, signal, timeoutMs: ANSWER_MS }),
    );
    const now = context.now();
    const inUse = page.items.filter(({ revokedAt, expiresAt }) => {
      const isOver = expiresAt !== undefined && Date.parse(expiresAt) <= now;
      return revokedAt === undefined && !isOver;
    });
    const due = inUse.filter(({ isDue }) => isDue);
    if (due.length === 0) {
      const seen = `${inUse.length} keys in use, none older than ${days} days`;
      return passed('key-age', `${seen}; note yourself when ADMIN_API_KEYS were made`);
    }
    const oldest = Math.max(...due.map(({ ageDays }) => ageDays));
    const seen = `${due.length} of ${inUse.length} keys are older than ${days} days, the oldest ${oldest}`;
    const remedy = 'sluice keys list --older-than-days 90 names them; sluice keys rotate KEY.';
    return failed('key-age', seen, remedy);
  } catch (error) {
    if (signal.aborted) throw error;
    return notKnown('key-age', error);
  }
}

function notKnown(id: 'sandbox' | 'key-age', error: unknown): AnyChecked {
  if (!(error instanceof AppError)) throw error;
  const [first = ''] = error.message.split('\n');
  const remedy =
    id === 'key-age' ? 'Start the server, or name one: sluice doctor --server URL.' : error.remedy;
  return toLookAt(id, first.replace(/:$/, ''), remedy);
}

/** What holds whatever the settings say, and what no program can tell. */
export function checksWithoutMachine(version: string, nodeVersion: string): readonly AnyChecked[] {
  const running = `Sluice ${version} on Node.js ${nodeVersion}`;
  return [
    checkRoutes(ROUTES),
    toLookAt('updates', running, 'Install newer ones, and the updates of the system.'),
    toLookAt(
      'dependencies',
      'their versions are fixed by package-lock.json',
      'Run npm audit where the program was installed from its repository.',
    ),
    toLookAt('images', 'whether it runs in a container is not known', 'Scan its image.'),
    ...checksOfPeople(),
  ];
}

/** Of the rules that hold whatever the settings say, those that the table of routes shows. */
export function checkRoutes(routes: readonly Route[]): AnyChecked {
  const open = routes.filter(({ permission }) => permission === 'public').length;
  const wrong = routes.filter(({ permission, method, body, path, params }) => {
    const takesBody = method === 'PUT' || method === 'PATCH';
    const hasParams = path.includes('{');
    return !permission || (takesBody && body === undefined) || (hasParams && params === undefined);
  });
  if (wrong.length > 0) {
    const seen = `${wrong[0]?.id} takes what nothing checks, or asks for no permission`;
    return failed('by-code', seen, 'Install an unchanged version.');
  }
  const seen = `${routes.length} routes check what they take; ${open} are open, the others ask for a permission`;
  return passed('by-code', `${seen}; sluice verify names the tests of SQL, CSRF and the rest`);
}

function checksOfPeople(): readonly AnyChecked[] {
  return [
    toLookAt(
      'backups',
      'database, DATA_DIR and ENCRYPTION_KEY belong together',
      'Copy them to another place each day, the key apart, and restore them once.',
    ),
    toLookAt(
      'env-backup',
      'without ENCRYPTION_KEY what it encrypted is lost',
      'Keep a copy of .env where secrets are kept, not beside the backups.',
    ),
    toLookAt(
      'log-access',
      'the log goes to standard error',
      'See who may read where that is written to, and how long it is kept.',
    ),
    toLookAt(
      'incident-plan',
      'sluice keys revoke, users update --inactive and accounts suspend act at once',
      'Write down who does what; sluice audit list shows what happened.',
    ),
    toLookAt(
      'access-review',
      'who may what changes with time',
      'Go through sluice users list and sluice keys list.',
    ),
    toLookAt('security-review', 'sluice verify lists what is promised', 'Run it after updates.'),
  ];
}
