import type { Agent } from 'node:http';
import { type SignableRequest, signRequest } from '../../signer/index.ts';

/** Milliseconds without a byte until an answer is given up. */
const PATIENCE = 30_000;
/** Longer answers are not read. Bytes. */
const MAX_ANSWER = 16 * 2 ** 20;

const agents = new Map<string, Agent>();

/**
 * Sends one signed question without the SDK, which takes longer to load than a thousand log files to check. Answers the
 * body of a plain success; undefined for everything else: the caller asks the SDK, which knows retries and refusals.
 */
export function askPlainly(
  question: Omit<SignableRequest, 'now' | 'url'> & { readonly url: URL },
): Promise<string | undefined> {
  const { method, url, body } = question;
  const headers = signRequest({ ...question, now: Date.now() });
  // What is not spoken is not loaded: that takes as long as dozens of log files.
  const http = process.getBuiltinModule(url.protocol === 'https:' ? 'node:https' : 'node:http');
  const agent = agents.get(url.protocol) ?? new http.Agent({ keepAlive: true });
  agents.set(url.protocol, agent);
  return new Promise((resolve) => {
    const request = http.request(url, { method, headers, timeout: PATIENCE, agent });
    const giveUp = () => {
      request.destroy();
      resolve(undefined);
    };
    request.on('timeout', giveUp).on('error', giveUp);
    request.on('response', (response) => {
      const pieces: Buffer[] = [];
      let size = 0;
      response.on('data', (piece: Buffer) => {
        size += piece.length;
        if (size > MAX_ANSWER) giveUp();
        else pieces.push(piece);
      });
      response.on('end', () => {
        resolve(response.statusCode === 200 ? Buffer.concat(pieces).toString() : undefined);
      });
      response.on('error', giveUp);
    });
    request.end(body);
  });
}
