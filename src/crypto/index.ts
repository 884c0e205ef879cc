export { deriveKey, hkdfSha256 } from './derive.ts';
export { sha256Hex } from './hash.ts';
export { equalBytes, hmacSha256, hmacSha256Hex } from './mac.ts';
export {
  equalDigests,
  equalSecrets,
  randomBelow,
  randomText,
  randomToken,
  uuidv7,
} from './random.ts';
export { type Ed25519Signer, ed25519FromSeed, ed25519Verify } from './sign.ts';
