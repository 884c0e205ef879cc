import { formatDuration } from '../../base/index.ts';
import type { Terminal } from '../terminal.ts';
import { textTable } from '../text-table.ts';

/** A ScriptEvent as a server tells it. */
interface Script {
  readonly language: string;
  readonly level?: string | undefined;
  readonly jail: string;
  readonly durationMs: number;
  readonly outcome: string;
  readonly limit?: string | undefined;
  readonly codeHash: string;
}

/** A step, as far as its scripts are shown. */
interface ScriptedStep {
  readonly node: string;
  readonly path: string;
  readonly events?: readonly Script[] | undefined;
}

/** The runs of code of some steps, one line each; '' where there were none. */
export function scriptTable(terminal: Terminal, steps: readonly ScriptedStep[]): string {
  const rows = steps.flatMap((step) => (step.events ?? []).map((event) => rowOf(step, event)));
  return rows.length === 0 ? '' : textTable(terminal, COLUMNS, rows);
}

const COLUMNS = [
  { title: 'SCRIPT', mayShrink: true },
  { title: 'LANGUAGE' },
  { title: 'HELD BY' },
  { title: 'TOOK' },
  { title: 'OUTCOME' },
  { title: 'LIMIT' },
  { title: 'CODE' },
];

/** As much of a hash as tells the scripts of one flow apart; `--json` has the whole. */
const HASH_CHARACTERS = 12;

function rowOf({ node, path }: ScriptedStep, event: Script): readonly string[] {
  const { language, level, jail, durationMs, outcome, limit, codeHash } = event;
  return [
    path === '' ? node : `${node}[${path}]`,
    level === undefined ? language : `${language} ${level}`,
    jail === 'kernel' ? 'jail' : 'process',
    formatDuration(Math.round(durationMs)),
    outcome,
    limit ?? '',
    codeHash.slice(0, HASH_CHARACTERS),
  ];
}
