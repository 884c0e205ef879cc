#!/usr/bin/env node
// The command. It builds Sluice first where that has not happened yet, so that a fresh clone works.
import { existsSync } from 'node:fs';

const program = new URL('../dist/main.js', import.meta.url);
if (!existsSync(program)) {
  const { ensureReady } = await import('../scripts/prepare.js');
  await ensureReady({ quiet: true });
}
const { main } = await import(program.href);
await main(() => import('../scripts/claims.js'));
