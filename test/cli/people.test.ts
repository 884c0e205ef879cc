import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ClaimServer, claimServer, KEY } from '../claims/support.ts';
import { type Ended, sluice as spawnSluice } from './spawn-command.ts';

/** The shipped command against the shipped server: people, keys, accounts and shares. */

let server: ClaimServer;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'people-'));
  server = await claimServer({ ENABLE_RATE_LIMITING: 'false' });
});
afterAll(async () => {
  await server?.close();
  rmSync(folder, { recursive: true, force: true });
});

function sluice(words: readonly string[], key = KEY, input?: string): Promise<Ended> {
  const env = { SLUICE_SERVER: server.url, SLUICE_API_KEY: key };
  return spawnSluice(words, { cwd: folder, env, ...(input === undefined ? {} : { input }) });
}

const signIn = (username: string, password: string) =>
  server.ask('POST', '/api/v1/auth/sign-in', {
    headers: { 'x-api-key': '' },
    body: { username, password },
  });

describe('an operator', () => {
  it('adds a person, who signs in with what was shown, and switches them off', async () => {
    const created = await sluice(['users', 'create', 'ada', '--role', 'user', '--quiet']);
    expect(created).toMatchObject({ exit: 0, err: '' });
    expect((await signIn('ada', created.out.trim())).status).toBe(200);
    expect((await sluice(['users', 'list'])).out).toMatch(/ada +user +active/);
    expect((await sluice(['users', 'sessions', 'ADA'])).out).toContain('127.0.0.1');
    expect((await sluice(['users', 'update', 'ada', '--inactive'])).out).toContain('off');
    expect((await signIn('ada', created.out.trim())).status).toBe(401);
    expect((await sluice(['users', 'update', 'ada', '--active'])).exit).toBe(0);
  });

  it('sets a new password, and is told why a weak one is refused', async () => {
    const words = ['users', 'reset-password', 'ada', '--password-stdin'];
    const weak = await sluice(words, KEY, 'password123\n');
    expect(weak.exit).toBe(2);
    expect(weak.err).toContain('[PASSWORD_WEAK]');
    const good = await sluice(words, KEY, 'seven quiet herons over Ghent\n');
    expect(good).toMatchObject({ exit: 0, err: '' });
    expect((await signIn('ada', 'seven quiet herons over Ghent')).status).toBe(200);
  });

  it('makes a key of few scopes, rotates and revokes it', async () => {
    const made = await sluice(['keys', 'create', 'reader', '--scope', 'flows:read', '--quiet']);
    const key = made.out.trim();
    expect(key).toMatch(/^sk_[\w-]{43}$/);
    expect((await sluice(['flows', 'list'], key)).exit).toBe(0);
    const denied = await sluice(['users', 'list'], key);
    expect(denied.exit).toBe(2);
    expect(denied.err).toContain('[FORBIDDEN]');
    const rotated = (await sluice(['keys', 'rotate', 'reader', '--quiet'])).out.trim();
    expect((await sluice(['flows', 'list'], key)).err).toContain('[UNAUTHENTICATED]');
    expect((await sluice(['flows', 'list'], rotated)).exit).toBe(0);
    expect((await sluice(['keys', 'extend', 'reader', '--days', '30'])).out).toContain('ends');
    expect((await sluice(['keys', 'revoke', 'reader'])).exit).toBe(0);
    expect((await sluice(['flows', 'list'], rotated)).exit).toBe(2);
    expect((await sluice(['keys', 'show', 'reader'])).out).toContain('revoked');
    expect((await sluice(['keys', 'usage', 'reader'])).exit).toBe(0);
  });

  it('makes roles and invitations', async () => {
    const words = ['roles', 'set', 'runner', '--permission', 'flows:read,flows:execute'];
    expect((await sluice(words)).out).toContain('it allows flows:read, flows:execute');
    const token = (
      await sluice(['invitations', 'create', '--role', 'runner', '--quiet'])
    ).out.trim();
    const joined = await server.ask('POST', '/api/v1/auth/sign-up', {
      headers: { 'x-api-key': '' },
      body: { username: 'bo', password: 'nine loud kettles in Bergen', invitation: token },
    });
    expect(joined.status).toBe(201);
    expect((await sluice(['roles', 'remove', 'runner'])).err).toContain('[ROLE_IN_USE]');
    expect((await sluice(['users', 'remove', 'bo'])).exit).toBe(0);
    expect((await sluice(['roles', 'remove', 'runner'])).exit).toBe(0);
  });

  it('shares a flow with a person and takes it back', async () => {
    const source = 'name: shared\nnodes:\n  a: {type: template, config: {template: hi}}\n';
    expect((await server.ask('POST', '/api/v1/flows', { body: { source } })).status).toBe(201);
    expect((await sluice(['flows', 'share', 'shared', 'ada', '--level', 'execute'])).exit).toBe(0);
    expect((await sluice(['flows', 'shares', 'shared'])).out).toMatch(/ada +execute/);
    expect((await sluice(['flows', 'access', 'shared'])).out).toMatch(/view +yes/);
    expect((await sluice(['flows', 'link', 'shared', '--quiet'])).out).toContain('/shared/');
    expect((await sluice(['flows', 'unshare', 'shared', 'ada'])).exit).toBe(0);
    expect((await sluice(['flows', 'public', 'shared'])).out).toContain('everyone');
  });

  it('makes an account, suspends and deletes it', async () => {
    const words = ['accounts', 'create', 'Acme', '--id', 'acme', '--admin', 'grace', '--quiet'];
    const password = (await sluice(words)).out.trim();
    expect((await signIn('grace', password)).status).toBe(200);
    expect((await sluice(['accounts', 'suspend', 'acme'])).exit).toBe(0);
    expect((await signIn('grace', password)).status).toBe(401);
    const unasked = await sluice(['accounts', 'delete', 'acme']);
    expect(unasked).toMatchObject({ exit: 2 });
    expect((await sluice(['accounts', 'delete', 'acme', '--yes'])).exit).toBe(0);
  });
});
