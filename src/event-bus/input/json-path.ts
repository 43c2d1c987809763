import { EventBusError } from '../event-bus-error.ts';

/** A step of a path: a member's name, an element's index, or all of them. */
type Step = string | number | '*';
type Path = readonly { readonly kind: 'member' | 'index' | 'all'; readonly step: Step }[];

/**
 * Compiles `$.detail.items[0].name`, `$['detail-type']` and `[*]`: the part of JSONPath that EventBridge takes. The
 * function answers undefined where nothing stands. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
 * @throws EventBusError ValidationException
 */
export function compilePath(text: string): (event: unknown) => unknown {
  const path = parse(text);
  const isMany = path.some(({ kind }) => kind === 'all');
  return (event) => {
    let found: unknown[] = [event];
    for (const { kind, step } of path) {
      found = found.flatMap((value) => {
        if (kind === 'all') return Array.isArray(value) ? (value as unknown[]) : [];
        if (kind === 'index')
          return Array.isArray(value) && (step as number) < value.length ? [value[step as number]] : [];
        const isThere =
          typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, step);
        return isThere ? [(value as Record<string, unknown>)[step]] : [];
      });
    }
    return isMany ? found : found[0];
  };
}

function parse(text: string): Path {
  if (!text.startsWith('$')) throw invalid();
  const path: { kind: 'member' | 'index' | 'all'; step: Step }[] = [];
  const token = /\.([^.[\]'"\s]+)|\[(\d{1,9})\]|\[\*\]|\['([^']*)'\]|\["([^"]*)"\]/y;
  token.lastIndex = 1;
  while (token.lastIndex < text.length) {
    const found = token.exec(text);
    if (!found) throw invalid();
    const name = found[1] ?? found[3] ?? found[4];
    if (found[0] === '[*]' || found[1] === '*') path.push({ kind: 'all', step: '*' });
    else if (found[2] !== undefined) path.push({ kind: 'index', step: Number(found[2]) });
    else path.push({ kind: 'member', step: name! });
  }
  return path;
}

function invalid(): EventBusError {
  return new EventBusError('ValidationException', 'Invalid InputPath for target');
}
