/** What is known about a command that the store did not answer. */
export type CommandOutcome = 'not-executed' | 'unknown';

/** The store could not be asked, or did not answer in time. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';

  constructor(
    readonly outcome: CommandOutcome,
    options: ErrorOptions,
  ) {
    super(`store unavailable, outcome ${outcome}`, options);
  }
}

/** Answers with which Redis refuses a command before it runs. */
const REFUSALS =
  /^(LOADING|READONLY|CLUSTERDOWN|MASTERDOWN|NOREPLICAS|TRYAGAIN|BUSY|MISCONF|OOM|NOAUTH|WRONGPASS)\b/;

/**
 * Errors of the client for which no byte of the command left the process. Everything else that is not an answer of Redis
 * may have been executed.
 */
const NEVER_SENT = /Stream isn't writeable|enableOfflineQueue|None of startup nodes is available/;

const CONNECTION_TROUBLE =
  /Connection is closed|Command timed out|ECONN|EPIPE|ETIMEDOUT|ENOENT|ENOTFOUND|EAI_AGAIN|socket|max retries per request|Failed to refresh slots|Too many Cluster redirections/i;

/** The error as {@link StoreUnavailable} if it is about reaching the store, else unchanged: then it is a fault of ours. */
export function asStoreError(error: unknown): unknown {
  if (!(error instanceof Error)) {
    return error;
  }
  if (REFUSALS.test(error.message) || NEVER_SENT.test(error.message)) {
    return new StoreUnavailable('not-executed', { cause: error });
  }
  return CONNECTION_TROUBLE.test(error.message) || error.name === 'MaxRetriesPerRequestError'
    ? new StoreUnavailable('unknown', { cause: error })
    : error;
}
