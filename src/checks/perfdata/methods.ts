import { evaluate } from '../perl/expression.ts';
import { guarded } from '../perl/guard.ts';
import { type Scalar, toNumber, toText } from '../perl/number.ts';
import { compilePattern } from '../perl/pattern.ts';
import { type ByteUnit, scaleBytes } from '../scale-bytes.ts';
import { readThreshold, showThreshold, type Threshold } from '../threshold.ts';
import type { Perfdata } from './perfdata.ts';

/** A conversion of one value; `all` are the values there are, for those that sum up. */
export type Method = (perfdata: Perfdata, all: readonly Perfdata[]) => Perfdata;

/** The method that a text such as `percent()` or `math(current*8)` names; undefined for an unknown one. */
export function readMethod(text: string): Method | undefined {
  const match = /^\s*(invert|percent|scale|math|min|max|average|sum|eval)\s*\(\s*([\s\S]*?)\s*\)\s*$/.exec(
    text,
  );
  if (!match) return undefined;
  const [, name = '', argument = ''] = match;
  switch (name) {
    case 'invert':
      return invert;
    case 'percent':
      return percent;
    case 'scale':
      return readScale(argument);
    case 'math':
      return readMath(argument);
    case 'eval':
      return (perfdata) => evaluateOn(perfdata, argument);
    default:
      return group(name, argument);
  }
}

const invert: Method = (perfdata) => {
  if (perfdata.max === '') return perfdata;
  const max = toNumber(perfdata.max);
  const turn = (bound: number) => max - bound;
  return {
    ...perfdata,
    ...onThresholds(perfdata, ({ inside, start, end }) => ({
      inside,
      start: turnEnd(end, turn, Number.NEGATIVE_INFINITY),
      end: turnEnd(start, turn, Number.POSITIVE_INFINITY),
    })),
    value: turn(toNumber(perfdata.value)),
  };
};

/** A mirrored bound; an open side becomes the open other side. */
function turnEnd(bound: Scalar, turn: (bound: number) => number, open: number): Scalar {
  const number = toNumber(bound);
  return Number.isFinite(number) ? turn(number) : open;
}

const percent: Method = (perfdata) => {
  if (perfdata.max === '' || toNumber(perfdata.max) === 0) return perfdata;
  const share = (value: Scalar) => ((toNumber(value) * 100) / toNumber(perfdata.max)).toFixed(2);
  return {
    ...perfdata,
    ...onBounds(perfdata, share),
    value: share(perfdata.value),
    unit: '%',
    max: 100,
  };
};

const UNIT = /^([KMGTPEkmgtpe])?(B|b|bps|Bps|b\/s)$/;

function readScale(argument: string): Method | undefined {
  const match = /^([KMGTPEkmgtpe])?(B|b|bps|Bps|b\/s|auto)$/.exec(argument === '' ? 'auto' : argument);
  if (!match) return undefined;
  const wanted: ByteUnit = { quantity: match[1] ?? '', unit: match[2]! };
  return (perfdata) => {
    const unit = UNIT.exec(perfdata.unit);
    if (!unit) return perfdata;
    const from: ByteUnit = { quantity: unit[1] ?? '', unit: unit[2]! };
    const { value, ...to } = scaleBytes(toNumber(perfdata.value), from, wanted);
    const convert = (bound: Scalar) => scaleBytes(toNumber(bound), from, to).value;
    return {
      ...perfdata,
      ...onBounds(perfdata, convert),
      value: value.toFixed(2),
      unit: to.quantity + to.unit,
      max: perfdata.max === '' ? '' : convert(perfdata.max).toFixed(2),
    };
  };
}

function readMath(argument: string): Method | undefined {
  const [formula = '', onThreshold = ''] = argument.split('|');
  if (!/^(?:[\s.\-+*/0-9()]|current)+$/.test(formula)) return undefined;
  const expression = formula.replaceAll('current', '%(current)');
  const compute = (value: Scalar) => evaluate(expression, new Map([['current', value]]));
  return (perfdata) => {
    const changed = { ...perfdata, value: compute(perfdata.value) };
    return onThreshold.trim() === '1' ? { ...changed, ...onBounds(perfdata, compute), max: 100 } : changed;
  };
}

function evaluateOn(perfdata: Perfdata, expression: string): Perfdata {
  const variables = new Map<string, Scalar>(Object.entries(perfdata));
  evaluate(expression, variables);
  return { ...perfdata, ...(Object.fromEntries(variables) as unknown as Perfdata) };
}

/** Sums up the values whose label matches; without any the value stays. */
function group(name: string, pattern: string): Method {
  return (perfdata, all) => {
    const compiled = compilePattern(pattern);
    const numbers = guarded(pattern, () => all.filter(({ label }) => compiled.test(label)))
      .filter(({ value }) => /\d/.test(toText(value)))
      .map(({ value }) => value);
    if (numbers.length === 0) return perfdata;
    const sum = numbers.reduce<number>((total, value) => total + toNumber(value), 0);
    const pick = (better: (a: number, b: number) => boolean) =>
      numbers.reduce((best, value) => (better(toNumber(value), toNumber(best)) ? value : best));
    const value =
      name === 'sum'
        ? sum
        : name === 'average'
          ? (sum / numbers.length).toFixed(2)
          : pick(name === 'min' ? (a, b) => a < b : (a, b) => a > b);
    return { ...perfdata, value };
  };
}

function onBounds(perfdata: Perfdata, convert: (bound: Scalar) => Scalar) {
  const bound = (value: Scalar) => (Number.isFinite(toNumber(value)) ? convert(value) : value);
  return onThresholds(perfdata, ({ inside, start, end }) => ({
    inside,
    start: bound(start),
    end: bound(end),
  }));
}

function onThresholds(
  perfdata: Perfdata,
  convert: (threshold: Threshold) => Threshold,
): Pick<Perfdata, 'warning' | 'critical'> {
  const one = (text: Scalar): Scalar => {
    const threshold = text === '' ? undefined : readThreshold(toText(text));
    return threshold ? showThreshold(convert(threshold)) : text;
  };
  return { warning: one(perfdata.warning), critical: one(perfdata.critical) };
}
