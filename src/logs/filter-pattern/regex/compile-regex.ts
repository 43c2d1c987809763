import { FilterPatternError } from '../pattern-error.ts';
import type { CharSet } from './char-set.ts';
import { parseRegex, type RegexStep } from './parse-regex.ts';

/** States bound the work for each character of a text; a repetition takes one for each time. */
const MAX_STATES = 400;

type State =
  | { readonly kind: 'char'; readonly set: CharSet; readonly next: number }
  | { readonly kind: 'split'; readonly next: readonly number[] }
  | { readonly kind: 'start' | 'end'; readonly next: number }
  | { readonly kind: 'match' };

/**
 * Compiles a regular expression to a matcher that walks all its states side by side: the time is at most that of the
 * text's length times the number of states, whatever the expression.
 * @throws FilterPatternError
 */
export function compileRegex(source: string): (text: string) => boolean {
  const states: State[] = [{ kind: 'match' }];
  const add = (state: State): number => {
    if (states.length >= MAX_STATES)
      throw new FilterPatternError(`the regular expression %${source}% is too large`);
    return states.push(state) - 1;
  };
  const start = add({
    kind: 'split',
    next: parseRegex(source).map((sequence) =>
      sequence.reduceRight((next, step) => lay(step, next, add, states), 0),
    ),
  });
  return (text) => run(states, start, text);
}

/** Lays a step's states before `next`; answers where it is entered. */
function lay(step: RegexStep, next: number, add: (state: State) => number, states: State[]): number {
  if (step.kind !== 'chars') return add({ kind: step.kind, next });
  const { set, min, max } = step;
  let entry = next;
  if (max === Number.POSITIVE_INFINITY) {
    const loop = add({ kind: 'split', next: [] });
    const char = add({ kind: 'char', set, next: loop });
    states[loop] = { kind: 'split', next: [char, next] };
    entry = loop;
  } else {
    for (let times = min; times < max; times++) {
      const char = add({ kind: 'char', set, next: entry });
      entry = add({ kind: 'split', next: [char, next] });
    }
  }
  for (let times = 0; times < min; times++) entry = add({ kind: 'char', set, next: entry });
  return entry;
}

function run(states: readonly State[], start: number, text: string): boolean {
  let now: number[] = [];
  let soon: number[] = [];
  const seen = new Int32Array(states.length).fill(-1);
  const open: number[] = [];

  /** Puts a state and all that is reached from it without a character into `list`; true when that is the end. */
  function enter(state: number, at: number, list: number[]): boolean {
    open.push(state);
    while (open.length > 0) {
      const id = open.pop()!;
      if (seen[id] === at) continue;
      seen[id] = at;
      const one = states[id]!;
      if (one.kind === 'match') {
        open.length = 0;
        return true;
      }
      if (one.kind === 'char') list.push(id);
      else if (one.kind === 'split') open.push(...one.next);
      else if (one.kind === 'start' ? at === 0 : at === text.length) open.push(one.next);
    }
    return false;
  }

  for (let at = 0; ; at++) {
    // Unanchored: a match may begin at every place.
    if (enter(start, at, now)) return true;
    if (at === text.length) return false;
    const code = text.charCodeAt(at);
    for (const id of now) {
      const state = states[id] as Extract<State, { kind: 'char' }>;
      if (state.set.has(code) && enter(state.next, at + 1, soon)) return true;
    }
    [now, soon] = [soon, now];
    soon.length = 0;
  }
}
