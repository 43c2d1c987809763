import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Answer } from './protocols/codec.ts';
import { hostIdOf } from './protocols/rest-xml/s3.ts';
import type { Protocol } from './service.ts';

/** Milliseconds that a client may go on sending a body that nobody wants, after its answer is out. */
const patience = 5_000;

/** Writes an answer; resolves when it is handed to the socket, or the client has gone. Never rejects. */
export async function writeAnswer(
  req: IncomingMessage,
  res: ServerResponse,
  answer: Answer,
  protocol: Protocol | undefined,
  requestId: string,
): Promise<void> {
  if (res.headersSent || res.destroyed) {
    if (answer.body instanceof Readable) answer.body.destroy();
    return;
  }
  const { body } = answer;
  if (protocol === 'restXml' || protocol === undefined) {
    res.setHeader('x-amz-request-id', requestId);
    res.setHeader('x-amz-id-2', hostIdOf(requestId));
  } else res.setHeader('x-amzn-RequestId', requestId);
  for (const [name, value] of answer.headers) res.setHeader(name, value);
  if (!req.complete) boundRest(req, res);
  const bodyless = req.method === 'HEAD' || answer.status === 204 || answer.status === 304;
  if (body instanceof Readable) {
    res.writeHead(answer.status);
    if (bodyless) {
      body.destroy();
      res.end();
    } else await pipeline(body, res).catch(() => {});
    return;
  }
  const bytes = body === undefined ? undefined : typeof body === 'string' ? Buffer.from(body) : body;
  if (req.method === 'HEAD') {
    // HeadObject's Content-Length is the object's; of an error on HEAD nothing is said.
    res.writeHead(answer.status).end();
    return;
  }
  if (!bodyless) res.setHeader('Content-Length', bytes?.length ?? 0);
  res.writeHead(answer.status);
  res.end(bodyless ? undefined : bytes);
}

/** The rest of the body is dropped so that the client gets to read its answer, but not for ever. */
function boundRest(req: IncomingMessage, res: ServerResponse): void {
  res.once('finish', () => {
    if (req.complete) return;
    const timer = setTimeout(() => {
      if (!req.complete) req.socket.destroy();
    }, patience);
    timer.unref();
    req.once('end', () => clearTimeout(timer));
    req.resume();
  });
}
