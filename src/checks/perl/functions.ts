import { CheckFailure } from '../failure.ts';
import { readThreshold, violates } from '../threshold.ts';
import { type Scalar, toNumber, toText } from './number.ts';
import type { Scope } from './operators.ts';

type Apply = (args: readonly Scalar[], scope: Scope) => Scalar;

const onNumber =
  (apply: (value: number) => Scalar): Apply =>
  ([value = 0]) =>
    apply(toNumber(value));
const onText =
  (apply: (value: string) => Scalar): Apply =>
  ([value = '']) =>
    apply(toText(value));

function root(value: number): number {
  if (value < 0) throw new CheckFailure(`Can't take sqrt of ${toText(value)}`);
  return Math.sqrt(value);
}

/** Whether the perfdata value in hand breaks its own warning or critical range. */
function alertTriggered(scope: Scope): Scalar {
  const value = toNumber(scope.variables.get('value') ?? 0);
  const broken = ['warning', 'critical'].some((name) => {
    const range = readThreshold(toText(scope.variables.get(name) ?? ''));
    return range !== undefined && violates(range, value);
  });
  return broken ? 1 : 0;
}

/** The functions that an expression may call. */
export const FUNCTIONS: ReadonlyMap<string, Apply> = new Map<string, Apply>([
  ['abs', onNumber(Math.abs)],
  ['int', onNumber(Math.trunc)],
  ['sqrt', onNumber(root)],
  ['exp', onNumber(Math.exp)],
  ['length', onText((text) => text.length)],
  ['lc', onText((text) => text.toLowerCase())],
  ['uc', onText((text) => text.toUpperCase())],
  ['ucfirst', onText((text) => text.charAt(0).toUpperCase() + text.slice(1))],
  ['lcfirst', onText((text) => text.charAt(0).toLowerCase() + text.slice(1))],
  ['defined', () => 1],
  ['index', ([text = '', part = '']) => toText(text).indexOf(toText(part))],
  [
    'substr',
    ([text = '', start = 0, length]) => {
      const from = toText(text).slice(toNumber(start));
      return length === undefined ? from : from.slice(0, toNumber(length));
    },
  ],
  ['alert_triggered', (_args, scope) => alertTriggered(scope)],
]);
