import { type Findings, isAbsent, type Trial } from './findings.ts';
import type { JailPosture, LanguagePosture, NoJail } from './launch.ts';
import type { Python } from './machine.ts';

/** Finds the jail and tries each language in it, at the same time. Never rejects. */
export async function findPosture(
  findings: Findings,
  required: 'auto' | 'required',
): Promise<JailPosture> {
  const [jail, python, javascriptTrial, pythonTrial] = await Promise.all([
    findings.jail(),
    findings.python(),
    findings.trial('javascript'),
    findings.trial('python'),
  ]);
  // A machine without Python has a jail all the same: its trial says nothing about it then.
  const trials = isAbsent(python) ? [javascriptTrial] : [javascriptTrial, pythonTrial];
  const problem = isAbsent(jail) ? jail : trials.find((trial) => trial.problem)?.problem;
  return {
    kind: problem === undefined ? 'kernel' : 'process',
    layers: isAbsent(jail) ? [] : jail.layers,
    attacks: trials.flatMap(({ attacks }) => attacks),
    languages: {
      javascript: javascriptPosture(javascriptTrial, isAbsent(jail) && required === 'auto'),
      python: pythonPosture(python, pythonTrial),
    },
    ...(problem === undefined ? {} : { problem }),
  };
}

/** A jail that is there and failed is an alarm; only where there is none is it done without. */
function javascriptPosture({ problem }: Trial, mayDoWithout: boolean): LanguagePosture {
  const interpreter = `QuickJS in Node ${process.version}`;
  if (problem === undefined) return { state: 'jailed', interpreter };
  return { state: mayDoWithout ? 'process' : 'refused', interpreter, problem };
}

function pythonPosture(python: Python | NoJail, { problem }: Trial): LanguagePosture {
  if (isAbsent(python)) return { state: 'refused', problem: python };
  const known = { interpreter: `CPython ${python.version}`, modules: python.modules };
  if (problem === undefined) return { state: 'jailed', ...known };
  return { state: 'refused', ...known, problem };
}
