export { placeInCode } from './place-in-code.ts';
export {
  type ConfigReader,
  labelOf,
  type Mention,
  readField,
  readFields,
} from './read-config.ts';
export { readKeys } from './read-keys.ts';
export {
  parseReference,
  type ReferenceParts,
  referenceAt,
  resolveReference,
} from './reference.ts';
export { literalOf, renderConfig } from './render-config.ts';
export { renderTree, treeMentions, treeSource } from './render-tree.ts';
export { quoted } from './scalar-value.ts';
export { isHigherLevel, levelAt, TEMPLATE_LEVELS } from './template-levels.ts';
export type { UsedTemplate } from './template-text.ts';
