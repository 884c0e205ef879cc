/** Untrusted code in processes of its own, in a jail where there is one. */
export type { JailPosture } from './launch.ts';
export { openSandbox } from './open-sandbox.ts';
export type { Sandbox, SandboxOptions } from './sandbox.ts';
