import type { ConfigTasks } from '../config/index.ts';
import type { Terminal } from './terminal.ts';

/** What the config commands need of their context; `Local` extends ConfigTasks. */
export interface ConfigContext {
  readonly terminal: Terminal;
  readonly local: ConfigTasks;
}
