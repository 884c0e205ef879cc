/**
 * Every bound of the server in one place: what is counted, the unit in the name, why the number.
 * A limit that an operator may change is a setting (see `config/`); its default is taken from here.
 */
export * from './access.ts';
export * from './code.ts';
export * from './data.ts';
export * from './execution.ts';
export * from './nodes.ts';
export * from './server.ts';
export * from './store.ts';
