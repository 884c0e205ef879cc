import { z } from 'zod';
import { errorCode } from './error-shapes.ts';

/** One run of untrusted code; see ScriptEvent. */
const scriptEvent = z.object({
  kind: z.literal('script'),
  language: z.enum(['javascript', 'python']),
  level: z.enum(['strict', 'normal', 'trusted']).optional().describe('Python only.'),
  codeHash: z.string().describe('SHA-256 of the code in UTF-8, lower-case hex.'),
  outcome: z
    .union([z.literal('completed'), errorCode])
    .describe('`completed`, or the code of the error with which it ended.'),
  limit: z
    .enum(['time', 'memory', 'output', 'log', 'input'])
    .optional()
    .describe('The limit that ended it, or that cut its log short.'),
  durationMs: z.number().describe('Until the answer, without waiting for a free process.'),
  jail: z.enum(['kernel', 'process']).describe('What held the code; see docs/code.md.'),
});

/** What capabilities told of their use while a step ran; of all its attempts, in order. */
export const stepEvents = z
  .array(scriptEvent)
  .optional()
  .describe('The runs of untrusted code: of all attempts, in order.');
