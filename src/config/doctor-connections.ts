import { type Checked, checkedBy, failed, passed, toLookAt } from './doctor-checked.ts';
import { judgeAccess } from './judge-access.ts';
import { judgeConnections } from './judge-connections.ts';
import type { LoadedSettings } from './load.ts';
import type { SettingName } from './table.ts';

/** Who can listen, and who can reach what: TLS, Redis, origins, addresses. */
export function checkConnections(loaded: LoadedSettings) {
  return [
    checkHttps(loaded),
    checkCertificate(loaded),
    checkDatabase(loaded),
    checkRedis(loaded),
    checkOrigins(loaded),
    checkAddresses(loaded),
    checkFirewall(loaded),
    checkEgress(loaded),
  ];
}

function checkHttps(loaded: LoadedSettings): Checked<'https'> {
  const { BASE_URL: base } = loaded.settings;
  const remedy =
    'Put a proxy with TLS before the server, and set BASE_URL to its https:// address.';
  if (base === '') {
    return failed('https', 'BASE_URL is not set, so nothing says that people use HTTPS', remedy);
  }
  const about = judgeConnections(loaded).filter(({ problem }) => problem.setting === 'BASE_URL');
  // On this machine alone http is no danger, and no production either.
  if (!base.startsWith('https://')) {
    const [first] = about;
    return failed('https', first?.problem.message ?? 'BASE_URL begins with http://', remedy);
  }
  const good = 'BASE_URL begins with https://; cookies are then Secure, and HSTS is sent';
  return checkedBy(
    'https',
    about.map(({ problem }) => problem),
    good,
  );
}

function checkCertificate({ settings }: LoadedSettings): Checked<'certificate'> {
  const remedy = 'Look at its last day, and that it is renewed without you.';
  if (settings.BASE_URL.startsWith('https://')) {
    return toLookAt('certificate', 'the proxy before the server has the certificate', remedy);
  }
  return toLookAt('certificate', 'there is no https:// address whose certificate counts', remedy);
}

function checkDatabase(loaded: LoadedSettings): Checked<'database-tls'> {
  const { settings } = loaded;
  if (settings.DATABASE_URL === '') {
    return passed('database-tls', 'the server’s own database is reached on this machine alone');
  }
  const about = judgeConnections(loaded).filter(({ problem }) => {
    return problem.setting?.startsWith('DATABASE') === true && !/password/.test(problem.message);
  });
  return checkedBy(
    'database-tls',
    about.map(({ problem }) => problem),
    'the connection to the database is encrypted',
  );
}

function checkRedis(loaded: LoadedSettings): Checked<'redis'> {
  if (loaded.settings.REDIS_URL === '') return passed('redis', 'no Redis is used');
  return checkedBy('redis', problemsOf(loaded, 'REDIS_URL'), 'REDIS_URL has a password');
}

function problemsOf(loaded: LoadedSettings, ...names: readonly SettingName[]) {
  return [...judgeConnections(loaded), ...judgeAccess(loaded)]
    .map(({ problem }) => problem)
    .filter(({ setting }) => setting !== undefined && names.includes(setting));
}

function checkOrigins(loaded: LoadedSettings): Checked<'cors'> {
  const { CORS_ORIGINS: origins } = loaded.settings;
  const shown = `${origins.slice(0, 3).join(', ')}${origins.length > 3 ? ', ...' : ''}`;
  const good = origins.length === 0 ? 'pages of no other origin' : `pages of ${shown}`;
  return checkedBy('cors', problemsOf(loaded, 'CORS_ORIGINS'), `${good} may use the API`);
}

function checkAddresses(loaded: LoadedSettings): Checked<'addresses'> {
  const { ENABLE_IP_WHITELIST: isOn, IP_WHITELIST: list } = loaded.settings;
  const wrong = problemsOf(loaded, 'IP_WHITELIST', 'ENABLE_IP_WHITELIST');
  const [first] = wrong;
  if (first !== undefined || isOn) {
    return checkedBy('addresses', wrong, `${list.length} addresses and ranges may connect`);
  }
  const remedy = 'Where only some networks need it, set ENABLE_IP_WHITELIST and IP_WHITELIST.';
  return toLookAt('addresses', 'every address may connect', remedy);
}

function checkFirewall(loaded: LoadedSettings): Checked<'firewall'> {
  const { HOST: host, PORT: port } = loaded.settings;
  if (/^(?:127\.|::1$|localhost$)/.test(host)) {
    return passed('firewall', `HOST=${host}: only this machine reaches the server itself`);
  }
  const remedy = 'Let only the proxy reach that port, and nobody the ports of database and Redis.';
  return toLookAt('firewall', `the server listens on ${host}, port ${port}`, remedy);
}

/** A list that lets flows into all of the private network is no list. */
function checkEgress({ settings }: LoadedSettings): Checked<'egress'> {
  const wide = settings.EGRESS_ALLOW.find((text) => /\/[0-7]$|^\*$/.test(text));
  if (wide !== undefined) {
    const remedy = 'Name the hosts that flows need, each for itself.';
    return failed('egress', 'EGRESS_ALLOW opens nearly every private network to flows', remedy);
  }
  const count = settings.EGRESS_ALLOW.length;
  const none = 'flows reach public addresses alone';
  return passed('egress', count === 0 ? none : `flows reach ${count} private hosts or networks`);
}
