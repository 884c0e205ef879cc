import { describe, expect, it } from 'vitest';
import { runAgainst } from '../fake-server.ts';

const account = {
  id: 'acme',
  name: 'Acme',
  status: 'active',
  createdAt: '2026-02-01T12:00:00.000Z',
};
const grace = {
  id: '0199a1b2-5c3d-7000-8000-000000000001',
  username: 'grace',
  displayName: 'grace',
  role: 'admin',
  isActive: true,
  createdAt: account.createdAt,
  updatedAt: account.createdAt,
};
const routes = {
  'GET /api/v1/admin/accounts': { body: { items: [account] } },
  'GET /api/v1/admin/accounts/acme': { body: account },
  'POST /api/v1/admin/accounts': {
    status: 201,
    body: { ...account, admin: grace, password: 'made-for-grace' },
  },
  'PATCH /api/v1/admin/accounts/acme': { body: { ...account, status: 'suspended' } },
  'DELETE /api/v1/admin/accounts/acme': { status: 202 },
};
const run = (words: readonly string[], typed?: string) =>
  runAgainst(['accounts', ...words], { routes, local: { askLine: async () => typed } });

describe('sluice accounts', () => {
  it('lists and shows them', async () => {
    expect((await run(['list'])).out).toMatch(/acme +Acme +active/);
    expect((await run(['show', 'acme'])).out).toContain('status  active');
  });

  it('makes one with its admin, whose password is shown once', async () => {
    const made = await run(['create', 'Acme', '--id', 'acme', '--admin', 'grace']);
    expect(JSON.parse(String(made.requests[0]?.body))).toEqual({
      name: 'Acme',
      admin: { username: 'grace' },
      id: 'acme',
    });
    expect(made.out.split('made-for-grace')).toHaveLength(2);
    expect(await run(['create', 'Acme'])).toMatchObject({ exit: 2, requests: [] });
  });

  it('suspends and resumes', async () => {
    const off = await run(['suspend', 'acme']);
    expect(JSON.parse(String(off.requests[0]?.body))).toEqual({ status: 'suspended' });
    expect(off.out).toContain('nobody of it can do anything');
    const on = await run(['resume', 'acme']);
    expect(JSON.parse(String(on.requests[0]?.body))).toEqual({ status: 'active' });
  });

  it('deletes only what was named twice', async () => {
    expect((await run(['delete', 'acme'], 'acme')).out).toContain('deleted acme');
    expect((await run(['delete', 'acme', '--yes'])).exit).toBe(0);
    for (const typed of ['ACME', '', undefined]) {
      expect(await run(['delete', 'acme'], typed)).toMatchObject({ exit: 2, requests: [] });
    }
  });

  it('sends no id that would lead elsewhere', async () => {
    for (const id of ['..', 'a/b', '../people']) {
      expect(await run(['delete', id, '--yes'])).toMatchObject({ exit: 2, requests: [] });
    }
  });
});
