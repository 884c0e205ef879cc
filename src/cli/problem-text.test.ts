import { describe, expect, it } from 'vitest';
import type { Problem } from '../contract/index.ts';
import { fakeTerminal } from './fake-terminal.ts';
import { countText, problemText } from './problem-text.ts';

const PROBLEM: Problem = {
  severity: 'error',
  code: 'UNKNOWN_NODE',
  message: "no node is named 'fetsh'; did you mean 'fetch'?",
  remedy: 'Correct the name or add the node.',
  file: 'flow.yaml',
  line: 12,
  column: 18,
  path: 'nodes.show.depends_on[0]',
  sourceLine: '    depends_on: [fetsh]',
};

describe('problemText', () => {
  it('shows place, message, code, the line with a mark, and the remedy', () => {
    expect(problemText(fakeTerminal(), PROBLEM)).toBe(
      [
        "flow.yaml:12:18: error: no node is named 'fetsh'; did you mean 'fetch'? [UNKNOWN_NODE]",
        '  12 |     depends_on: [fetsh]',
        '     |                  ^',
        '  Correct the name or add the node.',
        '',
      ].join('\n'),
    );
  });

  it('sends no control character of the flow to the screen', () => {
    const hostile = { ...PROBLEM, message: 'no \u001b[2J', sourceLine: '\u001b]0;x\u0007: 1' };
    expect(problemText(fakeTerminal(), hostile)).not.toContain('\u001b');
  });

  it('leaves out the excerpt where the line is empty', () => {
    const text = problemText(fakeTerminal(), { ...PROBLEM, sourceLine: '' });
    expect(text.split('\n')).toHaveLength(3);
  });
});

describe('countText', () => {
  it('counts errors and warnings apart', () => {
    const warning = { ...PROBLEM, severity: 'warning' as const };
    expect(countText([PROBLEM])).toBe('1 error');
    expect(countText([PROBLEM, PROBLEM, warning])).toBe('2 errors, 1 warning');
  });
});
