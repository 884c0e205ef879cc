/** Members that no body of ours has, and that would raise rights or move things where they had. */
export const FORBIDDEN_MEMBERS: Readonly<Record<string, unknown>> = {
  account: 'other',
  accountId: 'other',
  account_id: 'other',
  tenantId: 'other',
  workspaceId: 'other',
  owner_id: 'someone',
  ownerId: 'someone',
  createdBy: 'someone',
  createdAt: '2020-01-01T00:00:00.000Z',
  id: '01890000-0000-7000-8000-000000000000',
  isAdmin: true,
  is_admin: true,
  isOperator: true,
  permission: 'server:admin',
  passwordHash: 'x',
  mfa: false,
  $where: '1',
  constructor: { prototype: { isAdmin: true } },
  prototype: {},
};

/** Values of every wrong type for a member. */
export const WRONG: readonly unknown[] = [
  null,
  true,
  0,
  -1,
  1e308,
  '',
  'x'.repeat(20_000),
  '\u0000',
  '\ud800',
  '<script>alert(1)</script>',
  "' OR 1=1 --",
  [],
  [[]],
  [null],
  {},
  { $ne: null },
  { toString: 'x' },
  [{ id: 'x' }],
];

/** Every body that differs from this one in one member, at any depth. */
export function* variantsOf(body: unknown): Generator<unknown> {
  if (Array.isArray(body)) {
    for (const [index, item] of body.entries()) {
      for (const other of variantsOf(item)) yield body.with(index, other);
    }
    return;
  }
  if (typeof body !== 'object' || body === null) {
    yield* WRONG;
    return;
  }
  for (const [name, value] of Object.entries(body)) {
    yield* WRONG.map((wrong) => ({ ...body, [name]: wrong }));
    const isNested = typeof value === 'object' && value !== null;
    if (isNested) for (const other of variantsOf(value)) yield { ...body, [name]: other };
  }
}

/** The same body with every id of these put into every text of it, and into lists. */
export function* withIds(body: unknown, ids: readonly string[]): Generator<unknown> {
  if (typeof body !== 'object' || body === null) return;
  for (const name of Object.keys(body)) {
    for (const id of ids) {
      yield { ...body, [name]: id };
      yield { ...body, [name]: [id] };
      yield { ...body, [name]: { id, flowId: id, executionId: id } };
    }
  }
}
