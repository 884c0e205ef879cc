/** How much the code of a flow may do, from least to most. */
export const CODE_GRANTS = ['none', 'strict', 'normal', 'trusted'] as const;
export type CodeGrant = (typeof CODE_GRANTS)[number];

/**
 * What the executions of a flow may do beyond computing. It is part of what a version is: found
 * when the flow is compiled, kept with the version, and what the capabilities of its executions are
 * bounded by, whoever starts them.
 */
export interface Grants {
  /**
   * Names of hosts in lower case, sorted; `*.example.com` stands for every name below it, and
   * `dynamic` for any host at all.
   */
  readonly hosts: readonly string[];
  readonly connections: readonly string[];
  readonly secrets: readonly string[];
  /** The highest level. */
  readonly code: CodeGrant;
}

/** The word that stands for hosts which are computed while a flow runs. */
export const DYNAMIC_HOST = 'dynamic';

/** Whether a request may go to this host: the host of its URL, as the URL standard writes it. */
export function coversHost({ hosts }: Pick<Grants, 'hosts'>, host: string): boolean {
  return hosts.some((granted) => granted === DYNAMIC_HOST || coversName(granted, host));
}

/** Whether a granted host or pattern covers another one; a name does not cover those below it. */
function coversName(granted: string, host: string): boolean {
  if (granted === host) return true;
  if (!granted.startsWith('*.')) return false;
  const below = granted.slice(1);
  return host.endsWith(below) && host.length > below.length;
}

/** Whether code of one level may run where `granted` is the highest. */
export function coversCode(granted: CodeGrant, level: CodeGrant): boolean {
  return CODE_GRANTS.indexOf(granted) >= CODE_GRANTS.indexOf(level);
}

/** What the second allows and the first does not, such as `hosts: api.example.com`. */
export function widerThan(before: Grants, now: Grants): readonly string[] {
  const named = (kind: 'connections' | 'secrets') =>
    now[kind].filter((name) => !before[kind].includes(name)).map((name) => `${kind}: ${name}`);
  return [
    ...now.hosts.filter((host) => !coversHost(before, host)).map((host) => `hosts: ${host}`),
    ...named('connections'),
    ...named('secrets'),
    ...(coversCode(before.code, now.code) ? [] : [`code: ${now.code}`]),
  ];
}
