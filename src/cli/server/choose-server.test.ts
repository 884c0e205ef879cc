import { describe, expect, it } from 'vitest';
import type { Remote } from '../remote.ts';
import { type ChosenServer, chooseServer } from './choose-server.ts';

const PROFILE = {
  path: '/config/profile.json',
  text: '{"server": "https://a.example", "apiKey": "key-of-profile"}',
  mode: 0o600,
};
const HERE = { host: '127.0.0.1', port: 8000, apiKey: 'key-of-here' };

function remoteOf(
  parts: Partial<Remote> & { here?: typeof HERE; profile?: typeof PROFILE },
): Remote {
  const absent = () => {
    throw new Error('must not be asked');
  };
  return {
    environment: {},
    serverHere: () => parts.here ?? HERE,
    readProfile: async () => parts.profile,
    writeProfile: absent,
    removeProfile: absent,
    readKeyFile: async () => 'key-of-file\n',
    askKey: absent,
    saveFile: absent,
    openClient: absent,
    ...parts,
  };
}

function chosen(server: string, apiKey: string | undefined): ChosenServer {
  return { server, apiKey };
}

describe('chooseServer', () => {
  it('takes options, then the environment, then the profile, then the settings here', async () => {
    const environment = { server: 'https://b.example', apiKey: 'key-of-environment' };
    const all = remoteOf({ environment, profile: PROFILE });
    expect(await chooseServer(all, { server: 'https://c.example', keyFile: 'k' })).toEqual(
      chosen('https://c.example', 'key-of-file'),
    );
    expect(await chooseServer(all, {})).toEqual(chosen('https://b.example', 'key-of-environment'));
    expect(await chooseServer(remoteOf({ profile: PROFILE }), {})).toEqual(
      chosen('https://a.example', 'key-of-profile'),
    );
    expect(await chooseServer(remoteOf({}), {})).toEqual(
      chosen('http://127.0.0.1:8000', 'key-of-here'),
    );
  });

  it('knows the key of the profile or of this folder again when its server is named', async () => {
    const remote = remoteOf({ profile: PROFILE });
    expect(await chooseServer(remote, { server: 'a.example/' })).toEqual(
      chosen('https://a.example', 'key-of-profile'),
    );
    expect(await chooseServer(remote, { server: 'localhost:8000' })).toEqual(
      chosen('http://localhost:8000', 'key-of-here'),
    );
  });

  it('sends no key to a server that it was not given for', async () => {
    const other = { server: 'https://evil.example' };
    expect(await chooseServer(remoteOf({ profile: PROFILE }), other)).toEqual(
      chosen('https://evil.example', undefined),
    );
    const both = { server: 'https://b.example', apiKey: 'key-of-environment' };
    expect(await chooseServer(remoteOf({ environment: both }), other)).toEqual(
      chosen('https://evil.example', undefined),
    );
    const port = { server: 'http://127.0.0.1:8001' };
    expect(await chooseServer(remoteOf({}), port)).toEqual(
      chosen('http://127.0.0.1:8001', undefined),
    );
    const name = { server: 'https://a.example.evil.example' };
    expect((await chooseServer(remoteOf({ profile: PROFILE }), name)).apiKey).toBeUndefined();
    const plain = { server: 'http://a.example' };
    expect((await chooseServer(remoteOf({ profile: PROFILE }), plain)).apiKey).toBeUndefined();
  });

  it('lets no folder draw the key of the environment to another machine', async () => {
    const environment = { apiKey: 'key-of-environment' };
    const elsewhere = { host: 'evil.example', port: 80, apiKey: 'key-of-here' };
    expect(await chooseServer(remoteOf({ environment, here: elsewhere }), {})).toEqual(
      chosen('http://evil.example', 'key-of-here'),
    );
    expect(await chooseServer(remoteOf({ environment }), {})).toEqual(
      chosen('http://127.0.0.1:8000', 'key-of-environment'),
    );
  });

  it('reads neither profile nor settings where they are not needed', async () => {
    const refuse = () => {
      throw new Error('must not be read');
    };
    const environment = { server: 'https://b.example', apiKey: 'k' };
    const remote = remoteOf({ environment, readProfile: refuse, serverHere: refuse });
    expect(await chooseServer(remote, {})).toEqual(chosen('https://b.example', 'k'));
  });

  it('reaches a server that listens everywhere on this machine', async () => {
    const everywhere = remoteOf({ here: { ...HERE, host: '0.0.0.0' } });
    expect((await chooseServer(everywhere, {})).server).toBe('http://127.0.0.1:8000');
    const six = remoteOf({ here: { ...HERE, host: '::' } });
    expect((await chooseServer(six, {})).server).toBe('http://[::1]:8000');
  });
});
