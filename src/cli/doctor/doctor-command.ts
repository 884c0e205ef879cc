import type { CheckState } from '../../config/index.ts';
import type { CommandContext } from '../command-context.ts';
import type { ServerOptions } from '../remote.ts';
import { printableLine, styled, type Terminal, tellDocument } from '../terminal.ts';
import { type AnyChecked, CHECK_TITLES, type CheckId } from './checks.ts';
import { type AnsweredItem, answered, GUIDE_LISTS, type GuideList } from './guides.ts';
import { checkMachine, checksWithoutMachine } from './other-checks.ts';

export interface DoctorOptions extends ServerOptions {
  readonly guide?: number;
  readonly json: boolean;
}

/**
 * `sluice doctor`: the production checklist of this machine, each line passed, failed, or for a
 * person to look at (claims G1.057, G5.288, G5.289, G5.298). Needs no server; one that answers is
 * asked for the age of its keys. 1 when a check failed. With `guide` only that guide's items count.
 */
export async function doctorCommand(
  context: CommandContext,
  options: DoctorOptions,
): Promise<number> {
  const { terminal } = context;
  const checked = await checkAll(context, options);
  const lists = GUIDE_LISTS.filter(({ guide }) => [undefined, guide].includes(options.guide));
  const items = (list: GuideList) => answered(list, checked);
  const ids = new Set(lists.flatMap((list) => list.items.flatMap(({ checks }) => checks)));
  const counting = [...checked.values()].filter(({ id }) => {
    return options.guide === undefined || ids.has(id);
  });
  if (options.json) tellDocument(terminal, documentOf(counting, lists, items));
  else if (options.guide !== undefined) for (const list of lists) tellItems(terminal, list, items);
  else tellChecks(terminal, counting, items);
  return counting.some(({ state }) => state === 'fail') ? 1 : 0;
}

type ItemsOf = (list: GuideList) => readonly AnsweredItem[];

async function checkAll(
  context: CommandContext,
  options: DoctorOptions,
): Promise<ReadonlyMap<CheckId, AnyChecked>> {
  const { local, version } = context;
  const all: readonly AnyChecked[] = [
    ...(await local.examineSettings()),
    ...(await checkMachine(context, options)),
    ...checksWithoutMachine(version, local.nodeVersion),
  ];
  const byId = new Map(all.map((one) => [one.id, one]));
  // The table gives the order; each id of it is a key of it.
  const ids = Object.keys(CHECK_TITLES) as CheckId[];
  return new Map(ids.flatMap((id) => pairOf(id, byId.get(id))));
}

function pairOf(
  id: CheckId,
  one: AnyChecked | undefined,
): readonly (readonly [CheckId, AnyChecked])[] {
  return one === undefined ? [] : [[id, one]];
}

function documentOf(checks: readonly AnyChecked[], lists: readonly GuideList[], items: ItemsOf) {
  return {
    ...countOf(checks),
    checks: checks.map((one) => ({ ...one, title: CHECK_TITLES[one.id] })),
    guides: lists.map((list) => ({
      guide: list.guide,
      name: list.name,
      items: items(list).map(({ item, state, checks: ids }) => ({ item, state, checks: ids })),
    })),
  };
}

function countOf(all: readonly { readonly state: CheckState }[]) {
  const of = (state: CheckState) => all.filter((one) => one.state === state).length;
  return { passed: of('pass'), failed: of('fail'), toLookAt: of('look') };
}

const TITLE_WIDTH = Math.max(...Object.values(CHECK_TITLES).map(({ length }) => length));
const STATE_STYLES = { pass: 'green', fail: 'red', look: 'yellow' } as const;
const LINE_CHARACTERS = 500;

function tellChecks(terminal: Terminal, checks: readonly AnyChecked[], items: ItemsOf): void {
  for (const one of checks) {
    const title = CHECK_TITLES[one.id].padEnd(TITLE_WIDTH);
    terminal.out(`${stateText(terminal, one.state)}  ${title}  ${shown(one.seen)}\n`);
    tellRemedy(terminal, one, 6 + TITLE_WIDTH + 2);
  }
  terminal.out('\n');
  for (const list of GUIDE_LISTS) {
    const head = `guide ${list.guide}, ${list.name}`.padEnd(34);
    terminal.out(`${head}${list.items.length} items: ${countText(countOf(items(list)))}\n`);
  }
  terminal.out(`\n${verdict(terminal, checks)}\n`);
  terminal.out('  sluice doctor --guide 1 lists the items of a guide.\n');
}

function tellItems(terminal: Terminal, list: GuideList, items: ItemsOf): void {
  terminal.out(`${styled(terminal, 'bold', `Guide ${list.guide}, ${list.name}`)}\n`);
  const all = items(list);
  for (const [index, { item, state, answers }] of all.entries()) {
    terminal.out(`${stateText(terminal, state)}  ${String(index + 1).padStart(2)}. ${item}\n`);
    for (const one of answers) {
      const mark = answers.length === 1 || one.state === state ? '' : `${one.state}: `;
      terminal.out(`          ${mark}${shown(one.seen)}\n`);
      tellRemedy(terminal, one, 10);
    }
  }
  terminal.out(`\n${verdict(terminal, all)}\n`);
}

function tellRemedy(terminal: Terminal, { remedy }: AnyChecked, indent: number): void {
  if (remedy === undefined) return;
  terminal.out(`${' '.repeat(indent)}${styled(terminal, 'dim', shown(remedy))}\n`);
}

function stateText(terminal: Terminal, state: CheckState): string {
  return styled(terminal, STATE_STYLES[state], state);
}

function shown(text: string): string {
  return printableLine(text, LINE_CHARACTERS);
}

function verdict(terminal: Terminal, all: readonly { readonly state: CheckState }[]): string {
  const counts = countOf(all);
  const isGood = counts.failed === 0;
  const word = isGood ? styled(terminal, 'green', 'good') : styled(terminal, 'red', 'not good');
  return `${word}: ${countText(counts)}`;
}

function countText({ passed, failed, toLookAt }: ReturnType<typeof countOf>): string {
  return `${passed} pass, ${failed} fail, ${toLookAt} to look at yourself`;
}
