import type { Letter, LetterParts } from './letter.ts';
import type { Message } from './topic.ts';

/** A message as plain JSON, for receivers that know nothing of SNS; with raw delivery its text alone. */
export function webhookLetter(
  parts: LetterParts & { readonly message: Message; readonly text: string },
): Letter {
  const { topic, subscription, message, messageId, text } = parts;
  const headers = { 'x-opentrail-message-id': messageId, 'x-opentrail-topic-arn': topic.arn };
  if (subscription.rawMessageDelivery) {
    return {
      headers: {
        'content-type': isJson(text) ? 'application/json' : 'text/plain; charset=UTF-8',
        ...headers,
      },
      body: text,
    };
  }
  const attributes = [...(message.attributes ?? [])].map(([name, { value }]) => [name, value]);
  const body = {
    topicArn: topic.arn,
    messageId,
    time: new Date(parts.now).toISOString(),
    ...(message.subject !== undefined && { subject: message.subject }),
    message: text,
    ...(attributes.length > 0 && { attributes: Object.fromEntries(attributes) }),
  };
  return { headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify(body) };
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
