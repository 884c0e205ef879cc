import type { Settings } from './config/index.ts';
import type {
  Capabilities,
  CapabilityName,
  CodeCapability,
  JailPosture,
  PythonLevel,
} from './contract/index.ts';
import { AppError } from './errors/index.ts';
import {
  type CodeGrant,
  coversCode,
  coversHost,
  type Grants,
  type Plan,
} from './language/index.ts';
import type { Sandbox, SandboxOptions } from './sandbox/index.ts';

export interface CapabilityOptions {
  readonly settings: Settings;
  /** The folder of the built programs that run code. */
  readonly programs: URL;
  /** Told of what an operator should know of the jail, once each. */
  readonly warn?: (message: string, remedy: string) => void;
}

/** For whom capabilities are opened. */
export interface CapabilityUse {
  readonly plan: Plan;
  /** Whose turn it is where calls must wait. */
  readonly payer: string;
  /**
   * What the plan may do: absent, what it grants by itself; `all` for a flow that somebody runs on
   * their own machine, who has read it and whose rights are all there is.
   */
  readonly grants?: Grants | 'all';
  workspace(): Promise<string>;
}

/** What nodes may touch, made when the first plan needs it: most flows need little of it. */
export interface CapabilityHouse {
  /** What the nodes of a plan need and nothing else; at once where they need nothing. */
  open(use: CapabilityUse): Partial<Capabilities> | Promise<Partial<Capabilities>>;
  /** How code is held on this machine; found once. Never rejects. */
  posture(): Promise<JailPosture>;
  /** Ends worker processes and connections. */
  close(): Promise<void>;
}

const NOTHING: Partial<Capabilities> = Object.freeze({});

/** The guarded capabilities of one process; HTTP connections and code workers are shared. */
export function capabilityHouse(options: CapabilityOptions): CapabilityHouse {
  const { settings } = options;
  const closers: (() => Promise<void>)[] = [];
  const http = once(async () => {
    const { guardedHttp } = await import('./guard/index.ts');
    const guarded = guardedHttp({ allow: settings.EGRESS_ALLOW, timeoutMs: settings.HTTP_TIMEOUT });
    closers.push(() => guarded.close());
    return guarded;
  });
  const sandbox = once(async () => {
    const { openSandbox } = await import('./sandbox/index.ts');
    const opened = openSandbox(sandboxOptions(options));
    closers.push(() => opened.close());
    return opened;
  });
  const makers: Makers = {
    files: async ({ workspace }) => {
      const { openWorkspace } = await import('./guard/index.ts');
      return openWorkspace({
        root: await workspace(),
        allowedDirs: settings.FILE_SECURITY_ALLOWED_DIRS,
        deniedPatterns: settings.FILE_SECURITY_DENIED_PATTERNS,
        fileBytesMax: settings.FILE_SECURITY_MAX_SIZE_MB * 1024 * 1024,
      });
    },
    http: async (use) => {
      const guarded = await http();
      const grants = grantsOf(use);
      return grants === 'all' ? guarded : guarded.within(hostJudge(grants));
    },
    code: async (use) => {
      const code = codeFor(await sandbox(), use.payer);
      const grants = grantsOf(use);
      const otherwise = settings.PYTHON_SECURITY_LEVEL;
      return grants === 'all' ? code : grantedCode(code, { grants, otherwise });
    },
  };
  return {
    open: (use) => {
      const needs = needsOf(use.plan);
      if (needs.length === 0) return NOTHING;
      return openAll(needs, (need) => makers[need](use));
    },
    posture: async () => (await sandbox()).posture(),
    close: async () => {
      await Promise.all(closers.map((close) => close()));
    },
  };
}

type Makers = {
  readonly [Name in CapabilityName]: (use: CapabilityUse) => Promise<Capabilities[Name]>;
};

function grantsOf({ grants, plan }: CapabilityUse): Grants | 'all' {
  return grants ?? plan.grants;
}

// Threat: a flow does more than whoever saved it could let it do: a host that is computed after
// the flow was judged, a redirect to somewhere else, code of a higher level. What an execution may
// do is what its version grants, whoever or whatever started it.

/** Throws EGRESS_REFUSED for a host outside of the grants; for `GuardedHttp.within`. */
function hostJudge(grants: Grants): (host: string) => void {
  return (host) => {
    if (coversHost(grants, host)) return;
    throw new AppError('EGRESS_REFUSED', {
      message: `the flow may not talk to ${host}: it is not among the hosts of its grants`,
      remedy: `Add ${host} to grants.hosts of the flow and save it.`,
      details: { host, grants: grants.hosts },
      retryable: false,
    });
  };
}

/** Code within the grants; JavaScript counts as the level normal. */
function grantedCode(
  code: CodeCapability,
  { grants, otherwise }: { readonly grants: Grants; readonly otherwise: PythonLevel },
): CodeCapability {
  const allow = async (level: CodeGrant) => {
    if (!coversCode(grants.code, level)) throw notGranted(level, grants.code);
  };
  return {
    javascript: async (request) => {
      await allow('normal');
      return code.javascript(request);
    },
    python: async (request) => {
      await allow(request.level ?? otherwise);
      return code.python(request);
    },
  };
}

function notGranted(level: CodeGrant, most: CodeGrant): AppError {
  return new AppError('FORBIDDEN', {
    message: `the flow may not run code of the level ${level}: its grants allow ${most}`,
    remedy: `Write code: ${level} under grants of the flow and save it.`,
    details: { level, grants: most },
    retryable: false,
  });
}

function codeFor(sandbox: Sandbox, payer: string): Capabilities['code'] {
  return {
    javascript: (request) => sandbox.javascript(request, payer),
    python: (request) => sandbox.python(request, payer),
  };
}

function sandboxOptions({ settings, programs, warn }: CapabilityOptions): SandboxOptions {
  const { PYTHON_INTERPRETER: interpreter } = settings;
  return {
    programs,
    jail: settings.CODE_JAIL,
    javascriptTimeoutMs: settings.JS_EXECUTION_TIMEOUT,
    python: {
      ...(interpreter === '' ? {} : { interpreter }),
      level: settings.PYTHON_SECURITY_LEVEL,
      levelMax: settings.PYTHON_SECURITY_LEVEL_MAX,
      timeoutMs: settings.PYTHON_EXECUTION_TIMEOUT,
      outputBytesMax: settings.CODE_OUTPUT_SIZE,
      memoryBytesMax: settings.CODE_MEMORY_SIZE,
    },
    workers: settings.CODE_WORKERS,
    ...(warn === undefined ? {} : { warn }),
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
