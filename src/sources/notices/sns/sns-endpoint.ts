import { verify } from 'node:crypto';
import type { LogSource } from '../../index.ts';
import { CertificateMissing, Certificates } from './certificates.ts';
import { readSnsMessage, type SnsMessage } from './sns-message.ts';
import { certificateAt, confirmationAt, homeOf, type TopicHome } from './topic-home.ts';

/** What becomes of a posted message. */
export type SnsOutcome =
  /** It is from the topic, and says this. */
  | { readonly kind: 'notice'; readonly text: string }
  /** The subscription was confirmed now. */
  | { readonly kind: 'confirmed' }
  /** Somebody has ended the subscription. */
  | { readonly kind: 'ended' }
  /** It is not believed, for good; `reason` is counted. */
  | { readonly kind: 'refused'; readonly reason: SnsRefusal; readonly why: string }
  /** Nobody can say yet: SNS should send it again. */
  | { readonly kind: 'later'; readonly why: string };

/** Why a message of SNS is not believed. */
export type SnsRefusal = 'not of SNS' | 'other topic' | 'forged';

/** Proves that messages which anybody may post are the topic's own. */
export interface SnsEndpoint {
  /** Never throws. */
  judge(source: LogSource, text: string): Promise<SnsOutcome>;
}

/**
 * Whoever knows the address can post to it, and anybody can make a topic of his own that AWS signs for. So a message
 * counts only when its ARN is the source's topic and it is signed by a certificate of that topic's home; nothing else
 * is asked for over the network. A message that is sent twice, or again by a stranger who saw it, is harmless: it names
 * files of the source's bucket, each of which is taken once.
 */
export function createSnsEndpoint(house: {
  /** Reads a public text by the source's way. `judged`: TLS is checked whatever the source says. */
  readonly read: (source: LogSource, url: URL, options: { readonly judged: boolean }) => Promise<string>;
  readonly now: () => number;
}): SnsEndpoint {
  const certificates = new Certificates(house.now);
  /** Confirmations under way, by their link: a repeated message waits for the first. */
  const confirming = new Map<string, Promise<unknown>>();

  async function isSigned(source: LogSource, message: SnsMessage, home: TopicHome): Promise<boolean> {
    const url = certificateAt(message.certificateUrl, home);
    if (!url) return false;
    const key = await certificates.key(source.id, url, (at) =>
      house.read(source, at, { judged: home.isAws }),
    );
    const algorithm = message.signatureVersion === '1' ? 'sha1' : 'sha256';
    return verify(algorithm, Buffer.from(message.signedText), key, Buffer.from(message.signature, 'base64'));
  }

  async function confirm(source: LogSource, message: SnsMessage, home: TopicHome): Promise<SnsOutcome> {
    const url = confirmationAt(message.subscribeUrl ?? '', home, message.topicArn);
    if (!url) return { kind: 'refused', reason: 'forged', why: 'its SubscribeURL is not of the topic' };
    const asked = confirming.get(url.href) ?? house.read(source, url, { judged: home.isAws });
    confirming.set(url.href, asked);
    try {
      await asked;
      return { kind: 'confirmed' };
    } catch (error) {
      return { kind: 'later', why: `the subscription cannot be confirmed: ${(error as Error).message}` };
    } finally {
      confirming.delete(url.href);
    }
  }

  return {
    async judge(source, text) {
      const message = readSnsMessage(text);
      if ('why' in message) return { kind: 'refused', reason: 'not of SNS', why: message.why };
      const { topic } = source.connector;
      if (!topic || message.topicArn !== topic.arn) {
        return { kind: 'refused', reason: 'other topic', why: 'it is not from the topic of this source' };
      }
      const home = homeOf(topic);
      try {
        if (!(await isSigned(source, message, home))) {
          return { kind: 'refused', reason: 'forged', why: 'it is not signed by the topic' };
        }
      } catch (error) {
        const why = error instanceof CertificateMissing ? error.message : String(error);
        return { kind: 'later', why };
      }
      if (message.type === 'SubscriptionConfirmation') return await confirm(source, message, home);
      if (message.type === 'UnsubscribeConfirmation') return { kind: 'ended' };
      return { kind: 'notice', text: message.message };
    },
  };
}
