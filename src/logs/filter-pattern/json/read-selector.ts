import { FilterPatternError } from '../pattern-error.ts';
import { Scanner } from '../scanner.ts';
import { ANY, type Selector, type SelectorStep } from './selector.ts';

const NAME = /[\w-]+/y;
const INDEX = /\d{1,9}/y;

/** Reads `$.a[0].*` where the scanner stands. @throws FilterPatternError */
export function readSelector(scanner: Scanner): Selector {
  if (!scanner.take('$')) scanner.fail('a selector that begins with $');
  const steps: SelectorStep[] = [];
  let text = '$';
  for (;;) {
    if (scanner.match(/\./y)) {
      text += '.';
      // `$.['cluster.name']` is AWS's form for names with other characters.
      if (scanner.match(/(?=\[)/y) !== undefined) continue;
      const name = scanner.match(/\*/y) ?? scanner.match(NAME) ?? scanner.fail('a name after "."');
      steps.push(name === '*' ? ANY : name);
      text += name;
    } else if (scanner.match(/\[/y)) {
      const quoted = scanner.match(/'[^']*'|"[^"]*"/y);
      const inside = quoted ?? scanner.match(/\*/y) ?? scanner.match(INDEX) ?? scanner.fail('an index');
      if (!scanner.match(/\]/y)) scanner.fail('"]"');
      steps.push(quoted ? quoted.slice(1, -1) : inside === '*' ? ANY : Number(inside));
      text += `[${inside}]`;
    } else break;
  }
  if (steps.length === 0) scanner.fail('a name or an index after $');
  return { text, steps };
}

/** A selector alone, as a metric filter's value and dimensions name it. @throws FilterPatternError */
export function parseSelector(text: string): Selector {
  const scanner = new Scanner(text);
  const selector = readSelector(scanner);
  if (!scanner.isAtEnd) scanner.fail('nothing after the selector');
  if (selector.steps.includes(ANY)) throw new FilterPatternError(`${text} may lead to more than one value`);
  return selector;
}
