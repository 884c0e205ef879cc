import { describe, expect, it } from 'vitest';
import { runAgainst } from '../fake-server.ts';

const FLOW = '0199a1b2-5c3d-7000-8000-000000000001';
const ADA = '0199a1b2-5c3d-7000-8000-000000000002';
const LINK = '0199a1b2-5c3d-7000-8000-000000000003';
const AT = '2026-03-01T11:00:00.000Z';
const share = { person: ADA, username: 'ada', level: 'edit', createdBy: 'key:x', createdAt: AT };
const link = {
  id: LINK,
  level: 'view',
  createdBy: 'key:x',
  createdAt: AT,
  expiresAt: '2026-03-31T11:00:00.000Z',
  uses: 4,
};
const flow = {
  id: FLOW,
  name: 'hello',
  description: '',
  tags: [],
  version: 1,
  owner: `person:${ADA}`,
  isPublic: true,
  createdBy: 'key:x',
  createdAt: AT,
  updatedAt: AT,
};
const decision = { isAllowed: true, why: 'it is yours' };
const access = {
  view: decision,
  execute: decision,
  edit: decision,
  delete: decision,
  share: { isAllowed: false, why: 'you may not share flows' },
};
const at = `/api/v1/flows/${FLOW}`;
const routes = {
  [`GET ${at}/access`]: { body: access },
  [`GET ${at}/shares`]: { body: { items: [share] } },
  [`PUT ${at}/shares/ada`]: { body: share },
  [`DELETE ${at}/shares/ada`]: { status: 204 },
  [`PATCH ${at}`]: { body: flow },
  [`GET ${at}/links`]: { body: { items: [link] } },
  [`POST ${at}/links`]: {
    status: 201,
    body: { ...link, token: 'the-token', url: 'https://a.example/shared/the-token' },
  },
  [`DELETE ${at}/links/${LINK}`]: { status: 204 },
};
const run = (...words: string[]) => runAgainst(['flows', ...words], { routes });
const sent = ({ requests }: Awaited<ReturnType<typeof run>>) =>
  JSON.parse(String(requests.at(-1)?.body));

describe('sluice flows share and what belongs to it', () => {
  it('shares with a person, lists it and takes it back', async () => {
    const shared = await run('share', FLOW, 'ada', '--level', 'edit');
    expect(sent(shared)).toEqual({ level: 'edit' });
    expect(shared.out).toBe('shared with ada: edit\n');
    expect((await run('shares', FLOW)).out).toMatch(/ada +edit/);
    expect((await run('unshare', FLOW, 'ada')).exit).toBe(0);
    const wrong = await run('share', FLOW, 'ada', '--level', 'own');
    expect(wrong).toMatchObject({ exit: 2, requests: [] });
  });

  it('makes a flow public and private, and gives it away', async () => {
    const open = await run('public', FLOW);
    expect(sent(open)).toEqual({ isPublic: true });
    expect(open.out).toContain('everyone in the account');
    expect(sent(await run('private', FLOW))).toEqual({ isPublic: false });
    expect(sent(await run('give', FLOW, ADA))).toEqual({ owner: ADA });
  });

  it('says what one may do, and why not', async () => {
    expect((await run('access', FLOW)).out).toContain('share    no   you may not share flows');
  });

  it('makes a link that is shown once, lists and revokes it', async () => {
    const made = await run('link', FLOW, '--days', '7');
    expect(sent(made)).toEqual({ level: 'view', days: 7 });
    expect(made.out.split('the-token')).toHaveLength(2);
    const quiet = await run('link', FLOW, '--quiet');
    expect(quiet.out).toBe('https://a.example/shared/the-token\n');
    expect((await run('links', FLOW)).out).toMatch(/view +2026-03-31 +4/);
    expect((await run('unlink', FLOW, LINK)).exit).toBe(0);
  });
});
