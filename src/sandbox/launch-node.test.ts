import { expect, it } from 'vitest';
import { launchNode } from './launch-node.ts';

it('hands a process nothing of the server', () => {
  const launch = launchNode(new URL('file:///srv/dist/javascript-worker.js'));
  expect(launch.command).toBe(process.execPath);
  expect(launch.env).toEqual({ TZ: 'UTC' });
  expect(launch.cwd).toBe('/');
  expect(launch.args.at(-1)).toBe('/srv/dist/javascript-worker.js');
});

it('lets it read its own folder only, and make no code from text', () => {
  const { args } = launchNode('/srv/dist/javascript-worker.js');
  expect(args.filter((arg) => arg.startsWith('--allow'))).toEqual(['--allow-fs-read=/srv/dist/*']);
  expect(args.some((arg) => /^--(experimental-)?permission$/.test(arg))).toBe(true);
  expect(args).toContain('--disallow-code-generation-from-strings');
});
