import { createSocket } from 'node:dgram';
import { connect, isIP, type Socket } from 'node:net';
import { hostname } from 'node:os';
import { connect as connectTls } from 'node:tls';
import type { Outgoing } from '../outgoing.ts';
import { type AddressRule, guardedLookup, judgeSilence, mustBeAllowed } from '../post.ts';
import { ALL_IN, type Item, type SendOutcome, type Target } from '../target.ts';
import type { TargetSettings } from './settings.ts';

/** "log audit", RFC 5424 section 6.2.1. */
const FACILITY = 13;
const [WARNING, NOTICE, INFORMATIONAL] = [4, 5, 6];
/** What a datagram can carry over IPv4. */
const MAX_DATAGRAM = 65_000;
const TIMEOUT = 30_000;

/**
 * Syslog as in RFC 5424: over TCP and TLS with the length before each message (RFC 6587, RFC 5425), over UDP a datagram
 * each (RFC 5426). Syslog acknowledges nothing: an event counts as sent when the other side's kernel has it.
 */
export function syslog(settings: TargetSettings, isAllowed: AddressRule): Target {
  const url = new URL(settings.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const port = Number(url.port || (url.protocol === 'tls:' ? 6514 : 514));
  const over = url.protocol === 'udp:' ? 'udp' : url.protocol === 'tls:' ? 'tls' : 'tcp';
  const own =
    hostname()
      .replace(/[^!-~]/g, '')
      .slice(0, 255) || '-';
  let socket: Socket | undefined;

  function open(): Promise<Socket> {
    if (socket && !socket.destroyed && socket.writable) return Promise.resolve(socket);
    mustBeAllowed(host, isAllowed);
    const lookup = guardedLookup(isAllowed);
    const { ca } = settings;
    return new Promise((resolve, reject) => {
      const opened =
        over === 'tls'
          ? connectTls(
              { host, port, lookup, ...(ca && { ca }), ...(isIP(host) === 0 && { servername: host }) },
              ready,
            )
          : connect({ host, port, lookup }, ready);
      opened.setTimeout(TIMEOUT, () => opened.destroy(new Error(`no connection within ${TIMEOUT} ms`)));
      opened.once('error', reject);
      function ready(): void {
        opened.setTimeout(0);
        opened.off('error', reject);
        opened.on('error', () => opened.destroy());
        // Nothing is expected; what comes must not pile up.
        opened.resume();
        opened.setKeepAlive(true, 60_000);
        socket = opened;
        resolve(opened);
      }
    });
  }

  async function overStream(items: readonly Item[]): Promise<SendOutcome> {
    const open_ = await open();
    const body = Buffer.concat(items.flatMap(({ body }) => [Buffer.from(`${body.length} `), body]));
    await new Promise<void>((resolve, reject) => {
      const lost = () => reject(new Error('the connection was closed'));
      const timer = setTimeout(() => open_.destroy(), TIMEOUT);
      open_.once('close', lost);
      open_.write(body, (error) => {
        clearTimeout(timer);
        open_.off('close', lost);
        if (error) reject(error);
        else resolve();
      });
    });
    return ALL_IN;
  }

  async function overDatagrams(items: readonly Item[]): Promise<SendOutcome> {
    mustBeAllowed(host, isAllowed);
    const address = await new Promise<{ readonly address: string; readonly family: number }>(
      (resolve, reject) => {
        if (isIP(host) !== 0) return resolve({ address: host, family: isIP(host) });
        guardedLookup(isAllowed)(host, {}, (error, found, family) => {
          if (error || typeof found !== 'string') reject(error ?? new Error(`${host} was not found`));
          else resolve({ address: found, family: family ?? 4 });
        });
      },
    );
    const datagrams = createSocket(address.family === 6 ? 'udp6' : 'udp4');
    try {
      for (const { body } of items) {
        await new Promise<void>((resolve, reject) =>
          datagrams.send(body, port, address.address, (error) => (error ? reject(error) : resolve())),
        );
      }
    } finally {
      datagrams.close();
    }
    return ALL_IN;
  }

  return {
    maxItems: 500,
    maxBytes: 1_000_000,
    maxItemBytes: over === 'udp' ? MAX_DATAGRAM : 1_000_000,
    encode: (event) => Buffer.from(messageOf(event, own, settings.form(event))),
    async send(items) {
      try {
        return over === 'udp' ? await overDatagrams(items) : await overStream(items);
      } catch (error) {
        socket?.destroy();
        socket = undefined;
        return judgeSilence(error);
      }
    },
    close: () => socket?.destroy(),
  };
}

function messageOf(event: Outgoing, host: string, text: string): string {
  const isLow = event.priority === 'low' || event.priority === '';
  const severity = event.error !== '' ? WARNING : isLow ? INFORMATIONAL : NOTICE;
  const data = [
    ['eventId', event.id],
    ['account', event.account],
    ['region', event.region],
    ['source', event.source],
    ['name', event.name],
    ['error', event.error],
    ['repo', event.repo],
  ]
    .filter(([, value]) => value !== '')
    .map(
      ([name, value]) => ` ${name}="${(value ?? '').replace(/["\\\]]/g, '\\$&').replace(/\p{Cc}/gu, '?')}"`,
    );
  // 32473 is the enterprise number of examples (RFC 5612): this program has none.
  return `<${FACILITY * 8 + severity}>1 ${new Date(event.time).toISOString()} ${host} opentrail - ${idOf(event.name)} [cloudtrail@32473${data.join('')}] \uFEFF${text}`;
}

/** MSGID: at most 32 printable characters without spaces. */
function idOf(name: string): string {
  return name.replace(/[^!-~]/g, '').slice(0, 32) || '-';
}
