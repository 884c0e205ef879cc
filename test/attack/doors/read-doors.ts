import { toValue, type Value } from '../../../src/base/index.ts';
import { AppError } from '../../../src/errors/index.ts';
import { compile, compileTemplate } from '../../../src/language/index.ts';
import { NODE_TYPES } from '../../../src/nodes/index.ts';
import { type AttackSet, type Outcome, type Payload, textOf } from '../attack.ts';
import type { Canary } from '../canary.ts';

/** What every template of these attacks sees: one value of each kind. */
const NAMES = { text: 'abc', number: 5, list: [1, 2], map: { a: 1, b: { c: 'd' } }, nothing: null };

/** Tries a template: compiles it at the level and renders it over data. */
export function tryTemplate(set: AttackSet, payload: Payload, canary: Canary): Outcome {
  const data = { ...NAMES, ...(typeof payload === 'string' ? {} : payload.names) };
  const values = new Map(Object.entries(data).map(([name, value]) => [name, toValue(value)]));
  const names = { get: (name: string) => values.get(name), all: () => [...values.keys()] };
  try {
    const template = compileTemplate(textOf(payload), set.level ?? 'unsafe');
    const made = `${template.render(names)}\n${jsonOf(template.evaluate(names))}`;
    // A text that came in as data is not a leak where it comes out as it went in.
    const judged = Object.values(data).reduce<string>(
      (rest, value) => (typeof value === 'string' ? rest.replaceAll(value, '') : rest),
      made.replaceAll(textOf(payload), ''),
    );
    return outcome('language', 'gave plain text', canary.judge(judged));
  } catch (error) {
    return refusedTemplate(error, canary);
  }
}

const TEMPLATE_LAYERS = {
  TEMPLATE_SYNTAX: 'reader',
  TEMPLATE_TOO_LARGE: 'reader',
  TEMPLATE_LEVEL: 'level',
  TEMPLATE_UNDEFINED: 'language',
  TEMPLATE_TYPE: 'language',
  TEMPLATE_FUEL: 'budget',
} as const;

function refusedTemplate(error: unknown, canary: Canary): Outcome {
  if (!(error instanceof AppError)) return outcome('language', 'broke', `threw ${String(error)}`);
  const { code, message } = error;
  if (!Object.hasOwn(TEMPLATE_LAYERS, code)) return outcome('language', code, `ended with ${code}`);
  const layer = TEMPLATE_LAYERS[code as keyof typeof TEMPLATE_LAYERS];
  return outcome(layer, code, canary.judge(message));
}

/** Tries the text of a flow: saving it must find a problem, and leave the process as it was. */
export function tryFlow(payload: Payload, canary: Canary): Outcome {
  const { plan, problems } = compile(textOf(payload), { nodeTypes: NODE_TYPES });
  const first = problems.find(({ severity }) => severity === 'error');
  const touched = canary.judge('');
  if (first !== undefined) return outcome('reader', first.code, touched);
  return outcome(
    'reader',
    'accepted',
    touched ?? (plan === undefined ? undefined : 'became a plan'),
  );
}

/** The text of a value, of which JSON may not be able to tell everything. */
function jsonOf(value: Value): string {
  return JSON.stringify(value) ?? '';
}

function outcome(layer: Outcome['layer'], detail: string, through: string | undefined): Outcome {
  return through === undefined ? { layer, detail } : { layer, detail, through };
}
