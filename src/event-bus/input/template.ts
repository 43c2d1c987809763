import { EventBusError } from '../event-bus-error.ts';

/** Variables that every template has. */
const RESERVED: ReadonlySet<string> = new Set([
  'aws.events.rule-arn',
  'aws.events.rule-name',
  'aws.events.event.ingestion-time',
  'aws.events.event',
  'aws.events.event.json',
]);

/** Fills a template; `whole` writes the event as it came in. */
export type FillTemplate = (lookUp: (name: string) => unknown, whole: () => string) => string;

/**
 * Compiles an `InputTemplate`. Outside of quotes a variable becomes JSON (a text with its quotes); inside, a text is
 * filled in as it is, escaped, and a whole object loses its quotes' escapes as AWS writes it. Nothing that comes out of an event can close
 * the quotes around it. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 * @throws EventBusError ValidationException for a variable that has no path
 */
export function compileTemplate(template: string, names: ReadonlySet<string>, id: string): FillTemplate {
  const parts = split(template);
  for (const part of parts) {
    if (part.kind === 'variable' && !names.has(part.name) && !RESERVED.has(part.name))
      throw new EventBusError(
        'ValidationException',
        `InputTemplate for target ${id} contains placeholder ${part.name} that is not in the InputPathsMap.`,
      );
  }
  return (lookUp, whole) =>
    parts
      .map((part) => {
        if (part.kind === 'text') return part.text;
        const isWhole = part.name === 'aws.events.event' || part.name === 'aws.events.event.json';
        if (isWhole && !names.has(part.name)) return part.isQuoted ? quoted(whole()) : whole();
        const value = lookUp(part.name);
        if (!part.isQuoted) return value === undefined ? '' : JSON.stringify(value);
        return quoted(typeof value === 'string' ? value : value === undefined ? '' : JSON.stringify(value));
      })
      .join('');
}

type Part =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'variable'; readonly name: string; readonly isQuoted: boolean };

/** Escaped for the inside of a JSON text. */
function quoted(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function split(template: string): readonly Part[] {
  const parts: Part[] = [];
  const token = /<([A-Za-z0-9_.-]{1,256})>|\\.|"|[^"\\<]+|[\s\S]/gy;
  let isQuoted = false;
  for (const [text, name] of template.matchAll(token)) {
    if (name !== undefined) {
      parts.push({ kind: 'variable', name, isQuoted });
      continue;
    }
    if (text === '"') isQuoted = !isQuoted;
    parts.push({ kind: 'text', text });
  }
  return parts;
}
