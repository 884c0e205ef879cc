import type { Settings } from './config/index.ts';
import type { Capabilities, CapabilityName } from './contract/index.ts';
import type { Plan } from './language/index.ts';

export interface CapabilityOptions {
  readonly settings: Settings;
  /** The bundled program of the JavaScript worker. */
  readonly javascriptWorker: URL;
}

/** What nodes may touch, made when the first plan needs it: most flows need little of it. */
export interface CapabilityHouse {
  /** What the nodes of a plan need and nothing else; at once where they need nothing. */
  open(
    plan: Plan,
    workspace: () => Promise<string>,
  ): Partial<Capabilities> | Promise<Partial<Capabilities>>;
  /** Ends worker processes and connections. */
  close(): Promise<void>;
}

const NOTHING: Partial<Capabilities> = Object.freeze({});

/** The guarded capabilities of one process; HTTP connections and code workers are shared. */
export function capabilityHouse(options: CapabilityOptions): CapabilityHouse {
  const { settings, javascriptWorker } = options;
  const closers: (() => Promise<void>)[] = [];
  const http = once(async () => {
    const { guardedHttp } = await import('./guard/index.ts');
    const guarded = guardedHttp({ allow: settings.EGRESS_ALLOW, timeoutMs: settings.HTTP_TIMEOUT });
    closers.push(() => guarded.close());
    return guarded;
  });
  const code = once(async () => {
    const { javascriptPool } = await import('./sandbox/index.ts');
    const pool = javascriptPool({
      workerFile: javascriptWorker,
      timeoutMs: settings.JS_EXECUTION_TIMEOUT,
    });
    closers.push(() => pool.close());
    return { javascript: (request: Parameters<typeof pool.run>[0]) => pool.run(request) };
  });
  const makers: {
    readonly [Name in CapabilityName]: (
      workspace: () => Promise<string>,
    ) => Promise<Capabilities[Name]>;
  } = {
    files: async (workspace) => {
      const { openWorkspace } = await import('./guard/index.ts');
      return openWorkspace({
        root: await workspace(),
        allowedDirs: settings.FILE_SECURITY_ALLOWED_DIRS,
        deniedPatterns: settings.FILE_SECURITY_DENIED_PATTERNS,
        fileBytesMax: settings.FILE_SECURITY_MAX_SIZE_MB * 1024 * 1024,
      });
    },
    http,
    code,
  };
  return {
    open: (plan, workspace) => {
      const needs = needsOf(plan);
      if (needs.length === 0) return NOTHING;
      return openAll(needs, (need) => makers[need](workspace));
    },
    close: async () => {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

const needsOfPlans = new WeakMap<Plan, readonly CapabilityName[]>();

function needsOf(plan: Plan): readonly CapabilityName[] {
  const known = needsOfPlans.get(plan);
  if (known !== undefined) return known;
  const needs = [...new Set(plan.nodes.flatMap((node) => node.type.needs))];
  needsOfPlans.set(plan, needs);
  return needs;
}

async function openAll(
  needs: readonly CapabilityName[],
  open: (need: CapabilityName) => Promise<Capabilities[CapabilityName]>,
): Promise<Partial<Capabilities>> {
  const opened = await Promise.all(needs.map(async (need) => [need, await open(need)] as const));
  return Object.fromEntries(opened);
}

/** Calls `make` at most once while it succeeds; what failed is tried again. */
function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    made.catch(() => {
      made = undefined;
    });
    return made;
  };
}
