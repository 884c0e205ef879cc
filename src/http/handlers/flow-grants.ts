import type { Permission, Problem } from '../../contract/index.ts';
import { AppError } from '../../errors/index.ts';
import { type Grants, widerThan } from '../../language/index.ts';

/**
 * Refuses a version that may do what its author could not let it do: also one that only keeps what
 * somebody else granted before. Errors: GRANT_TOO_HIGH, naming each grant and what it needs.
 */
export function refuseTooHigh(grants: Grants, permissions: ReadonlySet<Permission>): void {
  const lacking = neededFor(grants).filter(({ permission }) => !permissions.has(permission));
  const [first] = lacking;
  if (first === undefined) return;
  const named = lacking.map(({ grant, permission }) => `${grant} (needs ${permission})`);
  throw new AppError('GRANT_TOO_HIGH', {
    message: `you may not grant what the flow uses: ${named.join(', ')}`,
    details: { grants: lacking },
  });
}

interface Needed {
  /** Such as `hosts: api.example.com`. */
  readonly grant: string;
  readonly permission: Permission;
}

function neededFor({ hosts, connections, secrets, code }: Grants): readonly Needed[] {
  const named = (kind: string, names: readonly string[], permission: Permission) =>
    names.map((name): Needed => ({ grant: `${kind}: ${name}`, permission }));
  return [
    ...hosts.map((host): Needed => {
      const permission = host === 'dynamic' ? 'hosts:dynamic' : 'hosts:grant';
      return { grant: `hosts: ${host}`, permission };
    }),
    ...named('connections', connections, 'secrets:read'),
    ...named('secrets', secrets, 'secrets:read'),
    ...named('code', code === 'trusted' ? ['trusted'] : [], 'code:trusted'),
  ];
}

/** What a new version may do that the one before could not, as a warning for who saves it. */
export function wideningOf(before: Grants, now: Grants): readonly Problem[] {
  const wider = widerThan(before, now);
  if (wider.length === 0) return [];
  return [
    {
      severity: 'warning',
      code: 'GRANT_WIDER',
      message: `this version may do more than the one before: ${wider.join(', ')}`,
      remedy: 'Nothing, where that is meant; else take it out of the flow and save it again.',
      line: 1,
      column: 1,
      path: '',
      sourceLine: '',
    },
  ];
}
