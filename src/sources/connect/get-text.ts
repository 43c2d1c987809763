import { type Agent as HttpAgent, request as httpRequest } from 'node:http';
import { type Agent as HttpsAgent, request as httpsRequest } from 'node:https';

/** An answer is not what was asked for. */
export class UnfitAnswer extends Error {}

/**
 * Reads a small text: no redirects, status 200, at most `maxBytes`, within `timeout` ms altogether.
 * @throws UnfitAnswer, AddressRefused, Error of the connection
 */
export function getText(
  url: URL,
  agents: { readonly httpAgent: HttpAgent; readonly httpsAgent: HttpsAgent },
  { maxBytes, timeout }: { readonly maxBytes: number; readonly timeout: number },
): Promise<string> {
  const isSecure = url.protocol === 'https:';
  const send = isSecure ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      agent: isSecure ? agents.httpsAgent : agents.httpAgent,
      signal: AbortSignal.timeout(timeout),
    });
    request.on('error', reject);
    request.on('response', (response) => {
      if (response.statusCode !== 200) {
        response.destroy();
        return reject(new UnfitAnswer(`${url.host} answered ${response.statusCode}`));
      }
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on('data', (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) {
          response.destroy();
          return reject(new UnfitAnswer(`${url.host} answered more than ${maxBytes} bytes`));
        }
        chunks.push(chunk);
      });
      response.on('error', reject);
      response.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    });
    request.end();
  });
}
