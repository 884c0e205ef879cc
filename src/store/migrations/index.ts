export { prepareSchema } from './prepare-schema.ts';
