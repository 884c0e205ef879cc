export { sha256Hex } from './hash.ts';
export { equalDigests, equalSecrets, randomToken, uuidv7 } from './random.ts';
