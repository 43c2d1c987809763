import type { Letter, LetterParts } from './letter.ts';
import type { Message } from './topic.ts';

/** What Slack takes in one message; others take less and cut themselves. */
const MAX_TEXT = 40_000;

/**
 * A message for an incoming webhook of Slack, and of what speaks like it (Mattermost, Rocket.Chat, Discord's `/slack`):
 * `{"text": …}`. A text that was published for `slack` is taken as Slack's own markup; any other is shown as it is.
 * https://docs.slack.dev/messaging/formatting-message-text
 */
export function chatLetter(
  parts: LetterParts & { readonly message: Message; readonly text: string },
): Letter {
  const { message } = parts;
  const own = message.byProtocol?.get('slack');
  const subject = message.subject === undefined ? '' : `*${escaped(message.subject)}*\n`;
  const text = own ?? `${subject}${escaped(parts.text)}`;
  const cut = text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ text: cut }) };
}

/** Slack's three control characters: unescaped, a message could call `<!channel>` or hide where a link leads. */
function escaped(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
