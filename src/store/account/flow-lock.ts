import type { FlowId } from '../../base/index.ts';
import { AppError } from '../../errors/index.ts';
import type { Scoped } from '../scope.ts';
import { isUuid } from '../stored-text.ts';

/**
 * Inside a transaction: whoever adds to what belongs to a flow has it alone, so that limits hold.
 *
 * Errors: FLOW_NOT_FOUND.
 */
export async function lockFlow(scoped: Scoped, flow: FlowId): Promise<void> {
  const found = isUuid(flow)
    ? await scoped
        .select('flows')
        .select('id')
        .where('id', '=', flow)
        .where('deleted_at', 'is', null)
        .forNoKeyUpdate()
        .executeTakeFirst()
    : undefined;
  if (found === undefined) {
    throw new AppError('FLOW_NOT_FOUND', { message: `there is no flow ${flow}` });
  }
}
