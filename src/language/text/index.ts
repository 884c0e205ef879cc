export { originOf, placeInFile } from './origin.ts';
export { readDocument } from './read-document.ts';
export type { Source } from './source.ts';
export { readSource } from './source.ts';
export {
  dataOf,
  entryOf,
  type ListTree,
  type MapTree,
  memberPath,
  nameOfTree,
  nameOfValue,
  type ScalarTree,
  type Tree,
  type TreeEntry,
} from './tree.ts';
export { jsonOf, yamlOf } from './write-text.ts';
