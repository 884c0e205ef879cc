import { AppError } from '../../errors/index.ts';

/** Also for a flow of another account: that it is there is not told. */
export function noFlow(id: string): AppError {
  return new AppError('FLOW_NOT_FOUND', { message: `there is no flow ${id}` });
}

/** A version that the flow does not have. */
export function noVersion(id: string, version: number): AppError {
  return new AppError('FLOW_VERSION_NOT_FOUND', {
    message: `flow ${id} has no version ${version}`,
  });
}

/** Also for an execution of another account. */
export function noExecution(id: string): AppError {
  return new AppError('EXECUTION_NOT_FOUND', { message: `there is no execution ${id}` });
}

/** The same for a link that is over, revoked, of another flow, or was never there. */
export function noLink(): AppError {
  return new AppError('LINK_NOT_FOUND', { message: 'the link is not good, or not any more' });
}
