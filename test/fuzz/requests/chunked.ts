import fc from 'fast-check';

const chunk = fc.oneof(
  fc.string({ maxLength: 40 }).map((data) => `${Buffer.byteLength(data).toString(16)}\r\n${data}\r\n`),
  fc
    .tuple(fc.stringMatching(/^[0-9a-fA-F]{0,18}$/), fc.string({ maxLength: 10 }))
    .map(([size, data]) => `${size}\r\n${data}\r\n`),
  fc
    .tuple(fc.nat(30), fc.stringMatching(/^[0-9a-f]{0,64}$/))
    .map(
      ([size, signature]) => `${size.toString(16)};chunk-signature=${signature}\r\n${'x'.repeat(size)}\r\n`,
    ),
  fc.constantFrom(
    '0\r\n',
    '0\r\n\r\n',
    'x-amz-checksum-crc32:AAAAAA==\r\n',
    'x-amz-trailer-signature:00\r\n',
    '\r\n',
    '\n',
    '-1\r\n',
    'ffffffffffffffff\r\n',
  ),
);
/** Bodies in chunks, and what their headers say of them. */
export const chunkedBody = fc.record({
  chunks: fc.array(chunk, { maxLength: 6 }),
  kind: fc.constantFrom(
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD',
    'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER',
    'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'STREAMING-X',
  ),
  decoded: fc.option(fc.oneof(fc.nat(200), fc.constantFrom(-1, 1e30)).map(String), { freq: 6 }),
  trailer: fc.option(fc.constantFrom('x-amz-checksum-crc32', 'x-amz-checksum-nope', 'a,b'), { freq: 2 }),
});
