import type { JailPosture, LanguagePosture } from '../contract/index.ts';
import { printableLine, styled, type Terminal } from './terminal.ts';
import { textTable } from './text-table.ts';

/** How code is held on this machine, for a person: a headline, then what is on, and what is not. */
export function jailText(terminal: Terminal, posture: JailPosture): string {
  const { layers, languages } = posture;
  const parts = [`${styled(terminal, 'bold', headline(posture))}\n`];
  const layerRows = layers.map(({ name, isOn, detail }) => [name, isOn ? 'on' : 'off', detail]);
  if (layerRows.length > 0) parts.push(textTable(terminal, LAYER_COLUMNS, layerRows));
  const languageRows = [
    languageRow('javascript', languages.javascript),
    languageRow('python', languages.python),
  ];
  parts.push(textTable(terminal, LANGUAGE_COLUMNS, languageRows));
  const problems = problemLines(terminal, posture);
  if (problems.length > 0) parts.push(problems.map((line) => `${line}\n`).join(''));
  return parts.join('\n');
}

function headline({ kind, layers, attacks, languages }: JailPosture): string {
  const isHeld = kind === 'kernel';
  const on = layers.filter(({ isOn }) => isOn).length;
  const stopped = attacks.filter(({ isStopped }) => isStopped).length;
  const isRefused = languages.javascript.state === 'refused';
  const absent = `code jail: none, ${isRefused ? 'so no code runs' : 'only processes with limits'}`;
  return [
    isHeld ? 'code jail: kernel' : absent,
    ...(isHeld ? [`${on} of ${layers.length} layers on`] : []),
    ...(attacks.length === 0 ? [] : [`${stopped} of ${attacks.length} attacks stopped`]),
  ].join('; ');
}

const LAYER_COLUMNS = [{ title: 'layer' }, { title: 'state' }, { title: 'what', mayShrink: true }];

const LANGUAGE_COLUMNS = [
  { title: 'language' },
  { title: 'state' },
  { title: 'interpreter' },
  { title: 'modules', mayShrink: true },
];

const STATES: Readonly<Record<LanguagePosture['state'], string>> = {
  jailed: 'in the jail',
  process: 'in a process',
  refused: 'refused',
};

function languageRow(
  language: string,
  { state, interpreter = '', modules = {} }: LanguagePosture,
): readonly string[] {
  const versions = Object.entries(modules).map(([name, version]) => `${name} ${version}`);
  return [language, STATES[state], interpreter, versions.join(', ')];
}

/** What a person should act on: attacks by name, and each problem once, with its remedy. */
function problemLines(terminal: Terminal, posture: JailPosture): readonly string[] {
  const { attacks, languages, problem } = posture;
  const found = [
    { of: 'jail', problem },
    { of: 'javascript', problem: languages.javascript.problem },
    { of: 'python', problem: languages.python.problem },
  ];
  const told = new Set<string>();
  const lines = [...throughLines(terminal, attacks)];
  for (const each of found) {
    if (each.problem === undefined || told.has(each.problem.why)) continue;
    const { why, remedy } = each.problem;
    told.add(why);
    lines.push(`${each.of}: ${shown(why)}`, `  ${shown(remedy)}`);
  }
  return lines;
}

/** Attacks that met the same stand together: where a jail does not even start, all of them do. */
function throughLines(terminal: Terminal, attacks: JailPosture['attacks']): readonly string[] {
  const namesByMet = new Map<string, string[]>();
  for (const { attack, isStopped, met } of attacks) {
    if (!isStopped) namesByMet.set(met, [...(namesByMet.get(met) ?? []), attack]);
  }
  return [...namesByMet].flatMap(([met, names]) => [
    styled(terminal, 'red', `not stopped: ${shown(names.join(', '))}`),
    `  ${shown(met)}`,
  ]);
}

/** What a person has to read whole, on one line. */
function shown(text: string): string {
  return printableLine(text, 1_000);
}
