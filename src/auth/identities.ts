import { ACCESS_LIMITS, afterThisTurn, assert } from '../base/index.ts';
import type { DirectoryStore, IdentityFacts, IdentityQuestion } from '../store/index.ts';

/** What the store knows of a key, a session or a person, as it stands when it is asked for. */
export interface Identities {
  ask(question: IdentityQuestion): Promise<IdentityFacts | undefined>;
  /** In the order of the questions. */
  askAll(questions: readonly IdentityQuestion[]): Promise<readonly (IdentityFacts | undefined)[]>;
}

interface Asker {
  readonly question: IdentityQuestion;
  tell(facts: IdentityFacts | undefined): void;
  fail(thrown: unknown): void;
}

/**
 * Threat: a key that was revoked, or a role that was taken away, still counts because an answer of
 * before is used again. Nothing is remembered here. Who asks at the same moment shares one question
 * to the database, and who asks while questions are under way shares the next one, never one that
 * was sent: so every asker sees all that was committed before it asked, and a crowd costs few
 * questions.
 */
export function openIdentities(directory: Pick<DirectoryStore, 'identities'>): Identities {
  let waiting: Asker[] = [];
  let underWay = 0;
  let isSending = false;

  function add(asker: Asker): void {
    waiting.push(asker);
    if (isSending || underWay >= ACCESS_LIMITS.identityQuestionsAtOnce) return;
    isSending = true;
    // After all requests that have arrived by now, so that they are one question.
    afterThisTurn(send);
  }

  function send(): void {
    isSending = false;
    while (waiting.length > 0 && underWay < ACCESS_LIMITS.identityQuestionsAtOnce) {
      const askers = waiting.slice(0, ACCESS_LIMITS.identitiesAQuestion);
      waiting = waiting.slice(askers.length);
      underWay += 1;
      void answer(askers).then(() => {
        underWay -= 1;
        send();
      });
    }
  }

  /** Never rejects: who asked gets the failure. */
  async function answer(askers: readonly Asker[]): Promise<void> {
    try {
      const all = await directory.identities(askers.map(({ question }) => question));
      assert(all.length === askers.length, 'each question has its answer');
      for (const [index, asker] of askers.entries()) asker.tell(all[index]);
    } catch (thrown) {
      for (const asker of askers) asker.fail(thrown);
    }
  }

  const ask = (question: IdentityQuestion) =>
    new Promise<IdentityFacts | undefined>((tell, fail) => add({ question, tell, fail }));
  return { ask, askAll: (questions) => Promise.all(questions.map(ask)) };
}
