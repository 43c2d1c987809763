import { createTransport } from 'nodemailer';
import type { MailSender } from './couriers.ts';
import type { DeliveryOutcome } from './outcome.ts';

/** Milliseconds that a mail server may take: for a connection, its greeting, and between two answers. */
const CONNECTION_TIMEOUT = 10_000;
const SOCKET_TIMEOUT = 30_000;

/**
 * Mail over SMTP. `url` is `smtp://user:password@host:port` (STARTTLS) or `smtps://…` (TLS from the start). With a
 * password the certificate must be good and TLS must be there, except on this machine; without one, TLS is used where
 * the server offers it, whatever its certificate (RFC 7435: better than none).
 */
export function createSmtpSender(options: {
  readonly url: string;
  /** `Name <address>` or an address. */
  readonly from: string;
  /** Instead of the password in the URL. */
  readonly password?: string;
}): MailSender {
  const url = new URL(options.url);
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const secure = url.protocol === 'smtps:';
  const user = decodeURIComponent(url.username);
  const pass = options.password ?? decodeURIComponent(url.password);
  const isHere = /^(?:localhost|::1|127(?:\.\d{1,3}){3})$/.test(host);
  const { address, name } = readFrom(options.from);
  const transport = createTransport({
    host,
    port: url.port ? Number(url.port) : secure ? 465 : 587,
    secure,
    ...(user && { auth: { user, pass }, requireTLS: !isHere }),
    ...((!user || isHere) && { tls: { rejectUnauthorized: false } }),
    connectionTimeout: CONNECTION_TIMEOUT,
    greetingTimeout: CONNECTION_TIMEOUT,
    socketTimeout: SOCKET_TIMEOUT,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return {
    async send({ to, fromName, subject, text, headers }) {
      const { 'message-id': messageId, ...more } = headers;
      try {
        await transport.sendMail({
          from: { name: fromName ?? name, address },
          to: { name: '', address: to },
          subject,
          text,
          headers: more,
          ...(messageId && { messageId }),
        });
        return { kind: 'delivered' };
      } catch (error) {
        return outcomeOf(error as SmtpError);
      }
    },
    close: () => transport.close(),
  };
}

interface SmtpError extends Error {
  readonly code?: string;
  readonly responseCode?: number;
}

/** A recipient or a message that the server does not want will not be wanted later; all else may pass (RFC 5321 4.2.1). */
function outcomeOf({ code, responseCode = 0, message }: SmtpError): DeliveryOutcome {
  const isForGood = responseCode >= 500 && (code === 'EENVELOPE' || code === 'EMESSAGE');
  // Servers repeat what they were told; a reason is logged, so it is kept short and on one line.
  const reason = message.replace(/\s+/g, ' ').slice(0, 200);
  return isForGood ? { kind: 'refused', reason } : { kind: 'failed', reason };
}

/** Reads `Name <address>` or `address`. */
export function readFrom(text: string): { readonly name: string; readonly address: string } {
  const found = /^\s*(?:"?([^"<>]*?)"?\s*<([^<>\s]+)>|([^<>\s]+))\s*$/.exec(text);
  return { name: found?.[1] ?? 'opentrail', address: found?.[2] ?? found?.[3] ?? text };
}
