import { isWithin } from './network.ts';
import { anywhere, compilePattern, lowerAscii, type Pattern, plainText } from './pattern.ts';
import type { Bound, Field, Query, Test } from './query.ts';
import { isNumber } from './read-value.ts';
import type { Subject } from './subject.ts';
import { valuesAt } from './values-at.ts';

/** Decides whether an event fits a search, exactly as the engine does for stored ones. */
export type Matcher = (subject: Subject) => boolean;

/** Compiles a search for events that are in memory: forwarders and tests. */
export function compileMatcher(query: Query): Matcher {
  switch (query.kind) {
    case 'all':
      return () => true;
    case 'not': {
      const part = compileMatcher(query.part);
      return (subject) => !part(subject);
    }
    case 'and': {
      const parts = query.parts.map(compileMatcher);
      return (subject) => parts.every((part) => part(subject));
    }
    case 'or': {
      const parts = query.parts.map(compileMatcher);
      return (subject) => parts.some((part) => part(subject));
    }
    case 'test':
      return compileTest(query.field, query.test);
  }
}

function compileTest(field: Field, test: Test): Matcher {
  switch (field.kind) {
    case 'raw':
      return matchRaw(test);
    case 'time':
      return matchMoment(test, ({ time }) => time);
    case 'arrived':
      return matchMoment(test, ({ arrived }) => arrived);
    case 'named': {
      const { name } = field;
      const fits = compileText(test);
      return name === 'tag'
        ? ({ tags }) => tags.some((tag) => tag !== '' && fits(tag))
        : (subject) => {
            const text = subject.text(name);
            return text !== '' && fits(text);
          };
    }
    case 'enriched': {
      const fits = compileText(test);
      return (subject) => {
        const text = subject.enriched(field.name);
        return text !== '' && fits(text);
      };
    }
    case 'path': {
      if (test.kind === 'exists') return (subject) => valuesAt(subject.record(), field.names).length > 0;
      const fits = compileText(test);
      return (subject) => valuesAt(subject.record(), field.names).some((value) => fits(scalarText(value)));
    }
  }
}

function matchRaw(test: Test): Matcher {
  if (test.kind !== 'text') return () => true;
  const forms = rawForms(test.pattern).map(compilePattern);
  return ({ raw }) => forms.some((fits) => fits(raw));
}

function matchMoment(test: Test, read: (subject: Subject) => number): Matcher {
  if (test.kind !== 'between') return () => true;
  return (subject) => {
    const moment = read(subject);
    return moment >= test.from && moment <= test.to;
  };
}

/**
 * A text as it may stand within a record: as it is, as JSON writes it (`"` as `\"`), and with everything beyond ASCII as
 * `\u00fc`.
 */
export function rawForms(pattern: Pattern): readonly Pattern[] {
  const forms = new Map<string, Pattern>();
  for (const write of [(text: string) => text, jsonText, (text: string) => asciiText(jsonText(text))]) {
    const form = pattern.map((part) => (part.kind === 'text' ? { ...part, text: write(part.text) } : part));
    forms.set(JSON.stringify(form), anywhere(form));
  }
  return [...forms.values()];
}

function jsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function asciiText(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** A single value as text: of a number and a boolean what JSON writes; of an object or list nothing. */
function scalarText(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
      return String(value);
    default:
      return '';
  }
}

function compileText(test: Test): (text: string) => boolean {
  switch (test.kind) {
    case 'exists':
      return () => true;
    case 'text': {
      const plain = plainText(test.pattern);
      return plain === undefined ? compilePattern(test.pattern) : (text) => lowerAscii(text) === plain;
    }
    case 'network':
      return (text) => isWithin(test.network, text);
    case 'range':
      return (text) =>
        text !== '' &&
        (!test.low || beyond(text, test.low, 1)) &&
        (!test.high || beyond(text, test.high, -1));
    case 'between':
      return () => false;
  }
}

/** Is `text` above (1) or below (-1) the bound? */
function beyond(text: string, bound: Bound, direction: 1 | -1): boolean {
  let order: number;
  if (bound.number === undefined)
    order = Buffer.compare(Buffer.from(lowerAscii(text)), Buffer.from(bound.text));
  else if (isNumber(text)) order = Math.sign(Number(text) - bound.number);
  else return false;
  return order * direction > 0 || (order === 0 && bound.inclusive);
}
