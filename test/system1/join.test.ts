import { expect, it } from 'vitest';
import { outputsOf, run } from './run-flow.ts';

const EMPLOYEES = [
  { id: 1, name: 'Ida', dept_id: 10 },
  { id: 2, name: 'Ben', dept_id: 20 },
  { id: 3, name: 'Mia', dept_id: 99 },
];
const DEPARTMENTS = [
  { id: 10, title: 'Boats' },
  { id: 20, title: 'Sails' },
];

const join = (type: string, keys: string) => `
name: join
inputs:
  left: {type: array, required: true}
  right: {type: array, required: true}
nodes:
  joined:
    type: join
    config: {sources: {left: inputs.left, right: inputs.right}, join_type: ${type}${keys}}
outputs: {joined: joined}
`;
const byDepartment = ', join_keys: {dept_id: id}';
const [ida, ben, mia] = EMPLOYEES;
const [boats, sails] = DEPARTMENTS;

it.each([
  [
    'inner',
    byDepartment,
    [
      { left: ida, right: boats },
      { left: ben, right: sails },
    ],
  ],
  [
    'left',
    byDepartment,
    [
      { left: ida, right: boats },
      { left: ben, right: sails },
      { left: mia, right: null },
    ],
  ],
  [
    'right',
    byDepartment,
    [
      { left: ida, right: boats },
      { left: ben, right: sails },
    ],
  ],
  [
    'outer',
    byDepartment,
    [
      { left: ida, right: boats },
      { left: ben, right: sails },
      { left: mia, right: null },
    ],
  ],
])('acceptance case 2: %s', async (type, keys, joined) => {
  const inputs = { left: EMPLOYEES, right: DEPARTMENTS };
  expect(await outputsOf(join(type, keys), inputs)).toEqual({ joined });
});

it('acceptance case 2: cross', async () => {
  expect(await outputsOf(join('cross', ''), { left: [ida], right: DEPARTMENTS })).toEqual({
    joined: [
      { left: ida, right: boats },
      { left: ida, right: sails },
    ],
  });
});

it('acceptance case 2: merge', async () => {
  const left = [{ user_id: 1, username: 'ida', email: 'ida@example.org' }];
  const right = [{ user_id: 1, bio: 'boatbuilder' }];
  const keys = ', join_keys: {user_id: user_id}';
  expect(await outputsOf(join('merge', keys), { left, right })).toEqual({
    joined: [{ user_id: 1, username: 'ida', email: 'ida@example.org', bio: 'boatbuilder' }],
  });
});

it('acceptance case 2: several keys', async () => {
  const left = [
    { order: 1, customer: 100, region: 'US' },
    { order: 2, customer: 100, region: 'EU' },
  ];
  const right = [{ customer: 100, region: 'EU', discount: 0.15 }];
  const keys = ', join_keys: {customer: customer, region: region}';
  expect(await outputsOf(join('inner', keys), { left, right })).toEqual({
    joined: [{ left: left[1], right: right[0] }],
  });
});

it('names the source that is no list', async () => {
  const flow = join('inner', byDepartment).replace('right: {type: array', 'right: {type: any');
  const result = await run(flow, { left: EMPLOYEES, right: 'nothing' });
  expect(result.error).toMatchObject({
    code: 'NODE_INPUT_INVALID',
    message: 'inputs.right must be a list, but it is text',
    node: 'joined',
  });
});
