import { answerLink } from '../services/sns/index.ts';
import type { Topics } from '../topics/index.ts';
import type { OpenPath } from './listener.ts';

/** The `GET` paths that topics' messages link to. */
export function topicPaths(topics: Topics): readonly (readonly [string, OpenPath])[] {
  return [
    ['/v1/sns', serveLink(topics)],
    [
      '/v1/sns/SimpleNotificationService.pem',
      (res) => serveLink(topics)(res, new URLSearchParams({ Action: 'GetSigningCertificate' })),
    ],
  ];
}

function serveLink(topics: Topics): OpenPath {
  return async (res, query) => {
    const asPage = /\btext\/html\b/.test(res.req.headers.accept ?? '');
    const isLook = res.req.method === 'HEAD';
    const { status, headers, body } = await answerLink(topics, query, { asPage, isLook });
    res.writeHead(status, headers);
    res.end(body);
  };
}
