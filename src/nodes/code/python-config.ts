import {
  CODE_LIMITS,
  type ConfigIssue,
  isList,
  type PythonLevel,
  type Value,
  whyNotAllowable,
} from '../kit/index.ts';
import { type PythonRules, pythonIssues } from './python-check.ts';
import { insteadOf } from './python-instead.ts';

type Config = Readonly<Record<string, Value>>;

/** What is wrong with the config of a python node across its fields, and with its code. */
export function configIssues(config: Config): readonly ConfigIssue[] {
  const level = levelOf(config);
  const allowed = namesOf(config.allowed_imports);
  return [
    ...sourceIssues(config),
    ...allowedIssues(level, allowed),
    ...functionIssues(config),
    ...codeIssues(config, { level, allowed, mustGive: config.function === undefined }),
  ];
}

/** Wrong types are for the check of the single fields to name. */
function levelOf({ security_level: level }: Config): PythonLevel | undefined {
  return level === 'strict' || level === 'normal' || level === 'trusted' ? level : undefined;
}

function namesOf(value: Value | undefined): readonly string[] {
  if (value === undefined || !isList(value)) return [];
  return value.filter((name): name is string => typeof name === 'string');
}

function sourceIssues({ code, file }: Config): readonly ConfigIssue[] {
  const hasCode = code !== undefined && code !== null;
  const hasFile = file !== undefined && file !== null;
  if (hasCode && hasFile) {
    const message = 'code and file exclude each other';
    return [{ code: 'CONFLICTING_KEYS', field: 'file', message, remedy: 'Keep one of them.' }];
  }
  if (hasCode || hasFile) return [];
  const message = 'code or file is missing, what to run';
  return [{ code: 'MISSING_KEY', field: 'code', message, remedy: 'Add code or file.' }];
}

function allowedIssues(
  level: PythonLevel | undefined,
  allowed: readonly string[],
): readonly ConfigIssue[] {
  return allowed.flatMap((module, index): readonly ConfigIssue[] => {
    const field = `allowed_imports[${index}]`;
    const shown = JSON.stringify(module.slice(0, 80));
    const why = whyNotAllowable(level ?? 'normal', module);
    if (why === undefined) return [];
    if (why === 'strict') {
      const message = `${shown} cannot be allowed: the level strict has no imports`;
      const remedy = 'Remove allowed_imports, or set security_level: normal.';
      return [{ code: 'CONFLICTING_KEYS', field, message, remedy }];
    }
    if (why === 'trusted-only') {
      const message = `${shown} needs the level trusted`;
      const remedy = 'Set security_level: trusted where the operator allows it.';
      // Where no level is set here, the setting may say trusted.
      const severity = level === undefined ? 'warning' : 'error';
      return [{ code: 'WRONG_VALUE', field, message, remedy, severity }];
    }
    const message = `${shown} cannot be allowed at any level`;
    const instead = insteadOf(module) ?? 'Correct its name, or remove it.';
    const remedy = `${instead} docs/code.md lists the modules that can be allowed.`;
    return [{ code: 'WRONG_VALUE', field, message, remedy }];
  });
}

const IDENTIFIER = /^[\p{XID_Start}_][\p{XID_Continue}]*$/u;

function functionIssues({ code, function: name }: Config): readonly ConfigIssue[] {
  if (typeof name !== 'string') return [];
  const shown = JSON.stringify(name.slice(0, 80));
  if (!IDENTIFIER.test(name)) {
    const message = `${shown} is not the name of a function`;
    const remedy = 'Write the name alone, such as main, without brackets.';
    return [{ code: 'INVALID_NAME', field: 'function', message, remedy }];
  }
  // The word is not there at all; whether it names a function is for the jail to find out.
  if (typeof code !== 'string' || code.includes(name.normalize('NFKC'))) return [];
  const message = `the code has no function ${shown}`;
  const remedy = `Add def ${name.slice(0, 80)}(context): to the code, or correct the name.`;
  return [{ code: 'WRONG_VALUE', field: 'function', message, remedy }];
}

function codeIssues({ code }: Config, rules: PythonRules): readonly ConfigIssue[] {
  if (typeof code !== 'string') return [];
  if (code.trim() === '') {
    const remedy = 'Write code that sets result.';
    return [{ code: 'WRONG_VALUE', field: 'code', message: 'the code is empty', remedy }];
  }
  if (new TextEncoder().encode(code).length > CODE_LIMITS.codeBytes) {
    const message = `the code is longer than ${CODE_LIMITS.codeBytes} bytes`;
    const remedy = 'Split the code over several nodes.';
    return [{ code: 'WRONG_VALUE', field: 'code', message, remedy }];
  }
  return pythonIssues(code, rules);
}
