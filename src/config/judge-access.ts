import ipaddr from 'ipaddr.js';
import { ACCESS_LIMITS } from '../base/index.ts';
import { type Advice, advise } from './advice.ts';
import type { LoadedSettings } from './load.ts';
import type { SettingName } from './table.ts';

/**
 * Threat: a door that stands open by a setting: any page may use the API, a list of addresses that
 * lets nobody or everybody in, a password or guard that is weaker than people think (claims
 * G1.044, G1.056, G2.104, G3.141, G3.153, G3.154, G5.263).
 */
export function judgeAccess(loaded: LoadedSettings): readonly Advice[] {
  return [
    ...judgeOrigins(loaded),
    ...judgeNetworks(loaded),
    ...judgePasswords(loaded),
    ...judgeGuardsOff(loaded),
  ];
}

function judgeOrigins(loaded: LoadedSettings): readonly Advice[] {
  const { CORS_ORIGINS: origins } = loaded.settings;
  const found: Advice[] = [];
  const say = (weight: Advice['weight'], what: string, remedy: string) =>
    found.push(advise(loaded, 'CORS_ORIGINS', { weight, what, remedy }));
  if (origins.includes('*')) {
    const remedy = 'Name the origins of your own pages, such as https://app.example.com.';
    say('production', 'has *, so pages of every origin may use the API', remedy);
  }
  const plain = origins.filter((origin) => origin.startsWith('http://'));
  const near = plain.filter((origin) => isLoopbackOrigin(origin));
  if (near.length > 0) {
    const what = `has ${near[0]}, which is a page of whoever sits at the browser’s machine`;
    say(productionOnly(loaded), what, 'Take it out where the server is in use.');
  }
  if (plain.length > near.length) {
    const what = 'has an origin with http://, so others on the network can change its pages';
    say('warning', what, 'Serve those pages by https://, and write that.');
  }
  if (origins.some((origin) => origin !== '*' && !isOrigin(origin))) {
    const what = 'has an entry that no browser sends as an origin';
    say('refused', what, 'Write scheme, host and port alone, such as https://app.example.com.');
  }
  return [...found, ...judgeLength(loaded, 'CORS_ORIGINS', origins)];
}

/** What is usual while one works on it is told in production alone. */
function productionOnly({ settings }: LoadedSettings): Advice['weight'] {
  return settings.SLUICE_ENV === 'production' ? 'warning' : 'advice';
}

function isOrigin(text: string): boolean {
  return URL.canParse(text) && new URL(text).origin === text;
}

function isLoopbackOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { hostname } = new URL(text);
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    /^(?:127\.|\[::1\])/.test(hostname)
  );
}

function judgeNetworks(loaded: LoadedSettings): readonly Advice[] {
  const { IP_WHITELIST: allowed, ENABLE_IP_WHITELIST: isOn } = loaded.settings;
  const lists = ['IP_WHITELIST', 'TRUSTED_PROXIES'] as const;
  const found: Advice[] = [];
  for (const name of lists) {
    const list = loaded.settings[name];
    const wrong = list.find((text) => !isNetwork(text));
    if (wrong !== undefined) {
      const what = `has "${wrong.slice(0, 50)}", which is no address and no CIDR range`;
      const remedy = 'Write for example 203.0.113.7, 10.0.0.0/8 or 2001:db8::/32.';
      found.push(advise(loaded, name, { weight: 'refused', what, remedy }));
    }
    found.push(...judgeLength(loaded, name, list));
  }
  if (isOn && allowed.length === 0) {
    const what = 'is on, and IP_WHITELIST is empty: nobody could reach the server';
    const remedy = 'Write the addresses that may into IP_WHITELIST.';
    found.push(advise(loaded, 'ENABLE_IP_WHITELIST', { weight: 'refused', what, remedy }));
  }
  if (!isOn && allowed.length > 0) {
    const what = 'is set, and ENABLE_IP_WHITELIST is not on: everybody may connect';
    const remedy = 'Set ENABLE_IP_WHITELIST=true.';
    found.push(advise(loaded, 'IP_WHITELIST', { weight: 'warning', what, remedy }));
  }
  if (loaded.settings.TRUSTED_PROXIES.some((text) => /\/0$/.test(text))) {
    const what = 'trusts every address, so anybody can say where a request comes from';
    const remedy = 'Name the addresses of your own proxies.';
    found.push(advise(loaded, 'TRUSTED_PROXIES', { weight: 'production', what, remedy }));
  }
  return found;
}

function isNetwork(text: string): boolean {
  const [address = '', bits] = text.split('/');
  return isWholeAddress(address) && (bits === undefined || ipaddr.isValidCIDR(text));
}

/** As they are written in full: the library also takes 10.1 and octal digits. */
function isWholeAddress(text: string): boolean {
  return ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
}

function judgeLength(
  loaded: LoadedSettings,
  name: SettingName,
  list: readonly string[],
): readonly Advice[] {
  if (list.length <= ACCESS_LIMITS.listItems) return [];
  const what = `has more than ${ACCESS_LIMITS.listItems} entries`;
  return [advise(loaded, name, { weight: 'refused', what, remedy: 'Use wider ranges.' })];
}

const BCRYPT = /^\$2[aby]\$(?:0[4-9]|[12]\d|3[01])\$[./A-Za-z0-9]{53}$/;
const ROUNDS = 12;
const ROUNDS_LEAST = 10;

function judgePasswords(loaded: LoadedSettings): readonly Advice[] {
  const { ADMIN_PASSWORD: password, BCRYPT_ROUNDS: rounds } = loaded.settings;
  const found: Advice[] = [];
  if (/^\$2[abxy]?\$/.test(password) && !BCRYPT.test(password)) {
    const what = 'begins like a bcrypt hash and is none: a part of it is missing';
    const remedy = 'Put it in single quotes, or write $$ for each $ where compose reads it.';
    found.push(advise(loaded, 'ADMIN_PASSWORD', { weight: 'refused', what, remedy }));
  } else if (password !== '' && !BCRYPT.test(password)) {
    found.push(
      advise(loaded, 'ADMIN_PASSWORD', {
        weight: 'warning',
        what: 'holds the password itself, so whoever reads the settings can sign in',
        remedy: 'Put the hash there that sluice hash-password prints.',
      }),
    );
    const bytes = Buffer.byteLength(password);
    if (bytes < ACCESS_LIMITS.passwordBytesLeast || bytes > ACCESS_LIMITS.passwordBytes) {
      const { passwordBytesLeast: least, passwordBytes: most } = ACCESS_LIMITS;
      const what = `has ${bytes} bytes, and a password needs ${least} to ${most}`;
      const remedy = 'Choose another one.';
      found.push(advise(loaded, 'ADMIN_PASSWORD', { weight: 'refused', what, remedy }));
    }
  }
  if (rounds < ROUNDS) {
    const what = `is ${rounds}: stolen hashes are tried ${2 ** (ROUNDS - rounds)} times as fast as with ${ROUNDS}`;
    const weight = rounds < ROUNDS_LEAST ? 'production' : 'warning';
    const remedy = `Set it to ${ROUNDS}.`;
    found.push(advise(loaded, 'BCRYPT_ROUNDS', { weight, what, remedy }));
  }
  return found;
}

/** Each guard that a setting turned off is named at every start. */
function judgeGuardsOff(loaded: LoadedSettings): readonly Advice[] {
  const { settings } = loaded;
  const off: readonly (readonly [SettingName, boolean, string])[] = [
    [
      'ENABLE_RATE_LIMITING',
      settings.ENABLE_RATE_LIMITING,
      'is off: passwords and keys can be tried without end',
    ],
    [
      'ENABLE_AUDIT_LOGGING',
      settings.ENABLE_AUDIT_LOGGING,
      'is off: nobody can find out who did what',
    ],
  ];
  return [
    ...off
      .filter(([, isOn]) => !isOn)
      .map(([name, , what]) =>
        advise(loaded, name, {
          weight: 'warning',
          what,
          remedy: `Set ${loaded.names[name]}=true.`,
        }),
      ),
    ...judgeUnsafe(loaded),
  ];
}

/** Claim G2.075: what lets flows do more than is safe is told as well. */
function judgeUnsafe(loaded: LoadedSettings): readonly Advice[] {
  if (!loaded.settings.TEMPLATE_UNSAFE) return [];
  const what = 'is on: templates of flows may ask for the whole language with a larger budget';
  const remedy = 'Set it to false where no flow needs it.';
  return [advise(loaded, 'TEMPLATE_UNSAFE', { weight: 'warning', what, remedy })];
}
