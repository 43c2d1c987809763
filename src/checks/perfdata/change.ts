import { guarded } from '../perl/guard.ts';
import { type Scalar, toText } from '../perl/number.ts';
import { compilePattern } from '../perl/pattern.ts';
import { interpolate, substitute } from '../perl/substitute.ts';
import { type Method, readMethod } from './methods.ts';
import type { Perfdata } from './perfdata.ts';

/** One `--change-perfdata`, `--extend-perfdata` or `--extend-perfdata-group`. */
export interface PerfdataChange {
  readonly kind: 'change' | 'extend' | 'group';
  /** Undefined in a group over all values. */
  readonly match: string | undefined;
  readonly label: string | undefined;
  readonly method: ((groups: readonly string[]) => Method) | undefined;
  readonly unit: string | undefined;
  readonly min: string | undefined;
  readonly max: string | undefined;
  readonly warning: string | undefined;
  readonly critical: string | undefined;
}

/** Reads `search,newlabel,method,unit,min,max,warning,critical`; undefined when it says nothing that can be done. */
export function readChange(kind: PerfdataChange['kind'], text: string): PerfdataChange | undefined {
  const [match, label, method, unit, min, max, warning, critical] = text
    .split(',')
    .map((part) => (part === '' ? undefined : part));
  if (match === undefined && kind !== 'group') return undefined;
  if (method !== undefined && readMethod(method) === undefined) return undefined;
  return {
    kind,
    match,
    label,
    // The method of a group may refer to the groups of its search pattern: sum(traffic_$1).
    method:
      method === undefined
        ? undefined
        : (groups) => readMethod(groups.length > 0 ? interpolate(method, groups) : method)!,
    unit,
    min,
    max,
    warning,
    critical,
  };
}

/** The values after the changes, in their order; new values stand at the end. @throws CheckFailure for a bad pattern */
export function applyChanges(
  perfdata: readonly Perfdata[],
  changes: readonly PerfdataChange[],
): readonly Perfdata[] {
  let current = perfdata;
  for (const change of changes) {
    current =
      change.match === undefined ? addGroup(current, change) : applyChange(current, change, change.match);
  }
  return current;
}

function addGroup(all: readonly Perfdata[], change: PerfdataChange): readonly Perfdata[] {
  if (change.label === undefined) return all;
  const made = finish({ ...empty(change.label), ...replaced(change) }, all, change, []);
  return made.value === '' ? all : [...all, made];
}

function applyChange(all: readonly Perfdata[], change: PerfdataChange, match: string): readonly Perfdata[] {
  const pattern = compilePattern(match);
  const kept: Perfdata[] = [...all];
  const added: Perfdata[] = [];
  for (const [index, perfdata] of all.entries()) {
    const found = guarded(match, () => pattern.exec(perfdata.label));
    if (!found) continue;
    const label =
      change.label === undefined ? perfdata.label : substitute(perfdata.label, match, change.label);
    const base = change.kind === 'group' ? empty(label) : { ...perfdata, label };
    const groups = change.kind === 'group' ? found.map((part) => part ?? '') : [];
    const made = finish(base, kept, change, groups);
    if (change.kind === 'change') kept[index] = made;
    else if (made.value !== '') added.push(made);
  }
  return [...kept, ...added];
}

function finish(
  base: Perfdata,
  all: readonly Perfdata[],
  change: PerfdataChange,
  groups: readonly string[],
): Perfdata {
  const changed = { ...(change.method?.(groups)(base, all) ?? base), ...replaced(change) };
  return {
    ...changed,
    warning: change.warning === undefined ? changed.warning : boundsOf(change.warning, changed.max),
    critical: change.critical === undefined ? changed.critical : boundsOf(change.critical, changed.max),
  };
}

function replaced(change: PerfdataChange): Partial<Perfdata> {
  return {
    ...(change.unit !== undefined && { unit: change.unit }),
    ...(change.min !== undefined && { min: change.min }),
    ...(change.max !== undefined && { max: change.max }),
  };
}

function empty(label: string): Perfdata {
  return { label, value: '', unit: '', warning: '', critical: '', min: '', max: '', mode: '' };
}

/** `10` or `10%` (of the maximum) for each side of a colon; anything else becomes empty. */
function boundsOf(text: string, max: Scalar): string {
  return text
    .split(':')
    .map((part) => {
      const share = /(\d+(?:\.\d+)?)\s*%/.exec(part);
      if (share) return max === '' ? '' : toText((Number(share[1]) * Number(max)) / 100);
      return /\d+(?:\.\d+)?/.exec(part)?.[0] ?? '';
    })
    .join(':');
}
