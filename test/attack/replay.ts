import { type AttackSet, LAYERS, type Outcome, textOf } from './attack.ts';
import { type Canary, plantCanary } from './canary.ts';
import { ADVISORIES, type Advisory } from './catalogue/index.ts';
import { openCodeDoor } from './doors/code-door.ts';
import { openJavascriptDoor } from './doors/opened-door.ts';
import { tryFlow, tryTemplate } from './doors/read-doors.ts';
import { buildOpened, buildOpenedPython, buildReal } from './programs.ts';
import { ALL_SETS } from './sets/index.ts';

/** One text that was tried. */
interface Line {
  readonly set: AttackSet;
  readonly number: number;
  readonly text: string;
  readonly outcome: Outcome;
}

/** A way to try sets, or why there is none here. */
interface Opened {
  readonly absent?: string;
  attempt(set: AttackSet, payload: Parameters<typeof textOf>[0]): Promise<Outcome> | Outcome;
  close(): Promise<void>;
}

export interface Replayed {
  readonly tried: number;
  /** Those that got something, or were stopped where their set does not say. */
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Tries every set whose name holds one of the words, or all, and tells each attack in a line, then
 * each advisory, then the layers. Starts processes, and ends them.
 */
export async function replay(words: readonly string[], tell: (line: string) => void) {
  const sets = ALL_SETS.filter(
    ({ name }) => words.length === 0 || words.some((word) => name.includes(word)),
  );
  const canary = await plantCanary();
  const lines: Line[] = [];
  let skipped = 0;
  try {
    for (const door of new Set(sets.map((set) => set.door))) {
      const opened = await open(door, canary);
      try {
        for (const set of sets.filter((one) => one.door === door)) {
          const tried = await trySet(set, opened, tell);
          if (tried === undefined) skipped += 1;
          else lines.push(...tried);
        }
      } finally {
        await opened.close();
      }
    }
  } finally {
    await canary.close();
  }
  if (words.length === 0) tellAdvisories(lines, tell);
  tellLayers(lines, tell);
  const failed = lines.filter((line) => !isStopped(line)).length;
  return { tried: lines.length, failed, skipped } satisfies Replayed;
}

async function trySet(set: AttackSet, opened: Opened, tell: (line: string) => void) {
  const payloads = set.payloads();
  const why = payloads === undefined ? 'its list is not on this machine' : opened.absent;
  if (payloads === undefined || why !== undefined) {
    tell(`${set.name}  ${set.class}  skipped: ${why}`);
    return undefined;
  }
  const lines: Line[] = [];
  for (const [index, payload] of payloads.entries()) {
    const outcome = await opened.attempt(set, payload);
    const line = { set, number: index + 1, text: textOf(payload), outcome };
    lines.push(line);
    tell(spoken(line));
  }
  return lines;
}

async function open(door: AttackSet['door'], canary: Canary): Promise<Opened> {
  const close = async () => undefined;
  if (door === 'template') {
    return { attempt: (set, payload) => tryTemplate(set, payload, canary), close };
  }
  if (door === 'flow') return { attempt: (_set, payload) => tryFlow(payload, canary), close };
  if (door === 'opened javascript') {
    const opened = await openJavascriptDoor(buildOpened, true);
    const absent = { absent: 'there is no jail on this machine', attempt: unreachable, close };
    if (opened === undefined) return absent;
    return {
      attempt: (set, payload) => opened.attempt(set, payload, canary),
      close: () => opened.close(),
    };
  }
  const code = await openCodeDoor(door === 'opened python' ? buildOpenedPython : buildReal);
  const { languages } = await code.sandbox.posture();
  const isRefused = door !== 'javascript' && languages.python.state !== 'jailed';
  return {
    ...(isRefused ? { absent: 'Python is refused on this machine' } : {}),
    attempt: (set, payload) => code.attempt(set, payload, canary),
    close: () => code.close(),
  };
}

function unreachable(): never {
  throw new Error('nothing is tried where there is no way to');
}

function isStopped({ set, outcome }: Line): boolean {
  return outcome.through === undefined && set.accept.includes(outcome.layer);
}

/** Characters that are shown of a text's beginning, and of its end. */
const TEXT_SHOWN = 36;

function spoken(line: Line): string {
  const { set, number, text, outcome } = line;
  const escaped = JSON.stringify(text).slice(1, -1);
  const isLong = escaped.length > 2 * TEXT_SHOWN;
  const shown = isLong
    ? `${escaped.slice(0, TEXT_SHOWN)} … ${escaped.slice(-TEXT_SHOWN)}`
    : escaped;
  const where = `${outcome.layer}: ${outcome.detail}`;
  const end = isStopped(line) ? where : `GOT THROUGH (${where}) ${outcome.through ?? ''}`;
  return `${set.name}#${number}  ${set.class}  ${shown}  -> ${end}`;
}

function tellAdvisories(lines: readonly Line[], tell: (line: string) => void): void {
  for (const { ids, rival, class: kind, cause, proofs } of ADVISORIES) {
    const told = proofs.map((proof) => spokenProof(proof, lines));
    tell(`${ids.join(', ')}  ${kind}  ${rival}: ${cause}  -> ${told.join('; ')}`);
  }
}

function spokenProof(proof: Advisory['proofs'][number], lines: readonly Line[]): string {
  if ('test' in proof) return `covered by ${proof.test}`;
  if ('issue' in proof)
    return `nothing to attack yet: ${proof.what} comes with issue ${proof.issue}`;
  const tried = lines.filter(({ set }) => proof.sets.includes(set.name));
  const failed = tried.filter((line) => !isStopped(line)).length;
  if (tried.length === 0) return `not tried here: ${proof.sets.join(', ')}`;
  if (failed > 0) return `${failed} of ${tried.length} attacks GOT THROUGH`;
  return `${tried.length} attacks, stopped by ${countsOf(tried)}`;
}

function countsOf(lines: readonly Line[]): string {
  return LAYERS.flatMap((layer) => {
    const count = lines.filter(({ outcome }) => outcome.layer === layer).length;
    return count === 0 ? [] : [`${layer} ${count}`];
  }).join(', ');
}

function tellLayers(lines: readonly Line[], tell: (line: string) => void): void {
  for (const layer of LAYERS) {
    const stopped = lines.filter((line) => line.outcome.layer === layer && isStopped(line));
    const details = new Map<string, number>();
    for (const { outcome } of stopped) {
      details.set(outcome.detail, (details.get(outcome.detail) ?? 0) + 1);
    }
    const most = [...details].sort(([, one], [, other]) => other - one).slice(0, 8);
    const shown = most.map(([detail, count]) => `${detail} ${count}`).join(', ');
    tell(`${layer.padEnd(12)} ${String(stopped.length).padStart(6)}  ${shown}`);
  }
}
