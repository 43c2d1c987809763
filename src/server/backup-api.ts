import type { ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import type { BackupOutcome } from './backup.ts';
import { HttpError, sendJson } from './http-error.ts';
import type { Question } from './question.ts';

/** Clients and proxies give an answer up that shows nothing for minutes, ms. */
const SIGN_OF_LIFE = 20_000;

/**
 * `POST /v1/backup`: answers when the backup is on disk. A long one is answered with white space in between, which
 * JSON ignores; a failure after that can no longer have a status, so its code and message stand in the answer.
 */
export async function serveBackup(
  res: ServerResponse,
  question: Question,
  backup: (directory: string) => Promise<BackupOutcome>,
  log: Logger,
): Promise<void> {
  const directory = question.mustText('directory');
  const alive = setInterval(() => {
    if (!res.headersSent) res.writeHead(200, { 'content-type': 'application/json' });
    res.write(' ');
  }, SIGN_OF_LIFE);
  try {
    const outcome = await backup(directory);
    log.info(outcome, 'wrote a backup');
    answer(res, outcome);
  } catch (error) {
    if (!(error instanceof HttpError)) log.error({ err: error, directory }, 'a backup failed');
    const said =
      error instanceof HttpError
        ? error
        : new HttpError(
            500,
            'BackupFailed',
            `the backup failed and was removed: ${(error as Error).message}`,
          );
    if (!res.headersSent) throw said;
    answer(res, { code: said.code, message: said.message });
  } finally {
    clearInterval(alive);
  }
}

function answer(res: ServerResponse, value: unknown): void {
  if (res.headersSent) res.end(`${JSON.stringify(value)}\n`);
  else sendJson(res, 200, value);
}
