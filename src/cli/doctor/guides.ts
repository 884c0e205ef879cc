import type { CheckState } from '../../config/index.ts';
import type { AnyChecked, CheckId } from './checks.ts';

/** One item of the checklist of a guide, in our words, and the checks that answer it. */
export interface GuideItem {
  readonly item: string;
  readonly checks: readonly CheckId[];
}

export interface GuideList {
  readonly guide: number;
  readonly name: string;
  readonly items: readonly GuideItem[];
}

const item = (words: string, ...checks: readonly CheckId[]): GuideItem => {
  return { item: words, checks };
};

/** The checklists of the five guides, item by item (claims G1.057, G5.298). */
export const GUIDE_LISTS: readonly GuideList[] = [
  {
    guide: 1,
    name: 'SeriesOfTubes',
    items: [
      item('a strong JWT secret of its own', 'secrets'),
      item('Redis asks for a password', 'redis'),
      item('PostgreSQL is reached by TLS', 'database-tls'),
      item('the API is reached by HTTPS', 'https'),
      item('CORS names its origins', 'cors'),
      item('files of flows are restricted', 'file-guard'),
      item('Python runs at a fitting level', 'python-levels', 'sandbox'),
      item('passwords are strong and differ', 'passwords'),
      item('logs hold nothing sensitive', 'log-content'),
      item('security updates are installed', 'updates'),
    ],
  },
  {
    guide: 2,
    name: 'Agentic Workflow Engine',
    items: [
      item('people and programs are identified', 'secrets', 'sign-up'),
      item('every route asks for a permission', 'by-code'),
      item('input is checked everywhere', 'by-code'),
      item('SQL cannot be injected', 'by-code'),
      item('pages cannot be made to run scripts', 'headers'),
      item('other pages cannot act for people', 'by-code', 'cors'),
      item('passwords are kept as hashes', 'password-hashes'),
      item('API keys are kept as hashes and never logged', 'by-code', 'log-content'),
      item('HTTPS in production', 'https', 'production'),
      item('security headers are sent', 'headers'),
      item('a strong signing secret', 'secrets'),
      item('the way into the database is safe', 'passwords', 'database-tls'),
      item('CORS names its origins', 'cors'),
      item('requests are limited', 'rate-limits'),
      item('somebody is told of what goes wrong', 'monitoring'),
      item('backups were restored once', 'backups'),
      item('security updates are installed', 'updates', 'dependencies'),
      item('the firewall lets in what it must', 'firewall'),
      item('the certificate is good', 'certificate'),
    ],
  },
  {
    guide: 3,
    name: 'Crucible',
    items: [
      item('secrets are strong and differ', 'secrets', 'admin-keys', 'passwords'),
      item('.env is not under version control', 'env-ignored', 'env-mode'),
      item('.env has a safe copy', 'env-backup'),
      item('no secret in files or logs', 'shared-files', 'log-content'),
      item('settings are judged at the start', 'settings'),
      item('passwords are kept as hashes', 'password-hashes'),
      item('encryption keys are strong', 'secrets'),
      item('HTTPS', 'https'),
      item('CORS names its origins', 'cors'),
      item('firewall', 'firewall'),
      item('backups', 'backups'),
      item('monitoring', 'monitoring'),
      item('nobody else reads the logs', 'log-access'),
      item('security is reviewed', 'security-review'),
      item('dependencies are updated', 'dependencies'),
      item('somebody looks at the logs', 'monitoring', 'audit'),
      item('rights are reviewed', 'access-review', 'key-age'),
      item('there is a plan for an incident', 'incident-plan'),
    ],
  },
  {
    guide: 4,
    name: 'FlowRunner',
    items: [
      item('TLS on every way', 'https', 'database-tls', 'redis'),
      item('sign-in and permissions', 'secrets', 'by-code'),
      item('input is checked', 'by-code'),
      item('secrets are encrypted at rest', 'secrets'),
      item('SQL has parameters', 'by-code'),
      item('requests are limited', 'rate-limits'),
      item('security headers', 'headers'),
      item('JavaScript runs in a sandbox', 'sandbox'),
      item('flows reach no inner network and no foreign file', 'egress', 'file-guard'),
      item('audit records', 'audit'),
      item('updates and dependencies', 'updates', 'dependencies'),
      item('errors tell nothing of the inside', 'by-code'),
      item('random numbers of the system', 'by-code'),
      item('sessions end', 'sessions'),
    ],
  },
  {
    guide: 5,
    name: 'FFmpeg API',
    items: [
      item('no default password is left', 'passwords', 'database-password-age'),
      item('admin keys are generated', 'admin-keys', 'key-age'),
      item('TLS', 'https', 'database-tls'),
      item('the list of addresses, where one is needed', 'addresses'),
      item('CORS names its origins', 'cors'),
      item('requests are limited', 'rate-limits'),
      item('monitoring', 'monitoring', 'audit'),
      item('backups', 'backups'),
      item('the plan for an incident is written down', 'incident-plan'),
      item('security headers were looked at', 'headers'),
      item('dependencies are up to date', 'dependencies'),
      item('images were scanned', 'images'),
    ],
  },
];

/** An item as its checks answer it: the worst of them counts. */
export interface AnsweredItem extends GuideItem {
  readonly state: CheckState;
  readonly answers: readonly AnyChecked[];
}

/** The items of a guide with their answers. A check that was not made is left out. */
export function answered(
  list: GuideList,
  checked: ReadonlyMap<CheckId, AnyChecked>,
): readonly AnsweredItem[] {
  return list.items.map((one) => {
    const answers = one.checks.flatMap((id) => checked.get(id) ?? []);
    return { ...one, answers, state: worstOf(answers) };
  });
}

function worstOf(answers: readonly AnyChecked[]): CheckState {
  const states = answers.map(({ state }) => state);
  if (states.includes('fail')) return 'fail';
  return states.includes('look') || states.length === 0 ? 'look' : 'pass';
}
