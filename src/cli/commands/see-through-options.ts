import type { Command } from 'commander';

/** The options of commands that start something: how long to stay with it. */
export function withSeeThrough(command: Command): Command {
  return command
    .option('--follow', 'draw it until it ends; this is the default', false)
    .option('--wait <duration>', 'wait so long at most, without drawing')
    .option('--detach', 'print its id and leave it alone', false)
    .option('--cancel-on-interrupt', 'Ctrl-C cancels the execution', false);
}
