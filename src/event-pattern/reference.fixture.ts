/**
 * A plain evaluator of the same language by another way, for differential tests: the pattern is written out into
 * conjunctions of paths, the event is flattened into leaves that know their places in arrays, and every combination of
 * leaves is tried. Slow, and meant for small inputs of patterns that compile.
 */
export function referenceMatches(pattern: unknown, event: unknown): boolean {
  const leaves = flatten(event, '', []);
  return expand(pattern as Bag, '').some((rule) => matchesRule([...rule], leaves, []));
}

type Bag = { readonly [key: string]: unknown };
/** One index per array on the way. */
type Places = readonly (readonly [array: string, index: number])[];
type Leaf = { readonly path: string; readonly value: unknown; readonly places: Places };

function isBag(value: unknown): value is Bag {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function flatten(value: unknown, path: string, places: Places): Leaf[] {
  if (Array.isArray(value))
    return value.flatMap((one, index) => {
      // Only objects in arrays are told apart: values of one array are one field's.
      const inner = isBag(one) ? [...places, [`${path}#${places.length}`, index] as const] : places;
      return flatten(one, path, inner);
    });
  if (isBag(value))
    return Object.keys(value).flatMap((key) => flatten(value[key], `${path}/${pathPart(key)}`, places));
  return [{ path, value, places }];
}

function pathPart(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1').replace(/#/g, '~2');
}

function expand(pattern: Bag, path: string): (readonly (readonly [string, readonly unknown[]])[])[] {
  let rules: (readonly (readonly [string, readonly unknown[]])[])[] = [[]];
  for (const key of Object.keys(pattern)) {
    const value = pattern[key];
    const place = `${path}/${pathPart(key)}`;
    const more =
      key === '$or' && Array.isArray(value) && value.every(isBag)
        ? value.flatMap((branch) => expand(branch, path))
        : Array.isArray(value)
          ? [[[place, value as readonly unknown[]] as const]]
          : expand(value as Bag, place);
    rules = rules.flatMap((rule) => more.map((one) => [...rule, ...one]));
  }
  return rules;
}

function matchesRule(
  rule: readonly (readonly [string, readonly unknown[]])[],
  leaves: readonly Leaf[],
  places: Places,
): boolean {
  const [first, ...rest] = rule;
  if (!first) return true;
  const [path, alternatives] = first;
  const here = leaves.filter((leaf) => leaf.path === path);
  const mayBeAbsent = alternatives.some((one) => isBag(one) && one.exists === false);
  if (mayBeAbsent && here.length === 0 && matchesRule(rest, leaves, places)) return true;
  return here.some(
    (leaf) =>
      alternatives.some((one) => holds(one, leaf.value)) &&
      leaf.places.every(([array, index]) => places.every(([a, i]) => a !== array || i === index)) &&
      matchesRule(rest, leaves, [...places, ...leaf.places]),
  );
}

function holds(want: unknown, value: unknown): boolean {
  if (!isBag(want)) return want === value;
  const [operator] = Object.keys(want);
  const operand = want[operator!];
  if (operator === 'exists') return operand === true;
  if (operator === 'anything-but') {
    if (!isBag(operand)) return ![operand].flat().includes(value);
    const [inner] = Object.keys(operand);
    return ![operand[inner!]].flat().some((one) => holds({ [inner!]: one }, value));
  }
  if (operator === 'numeric') return typeof value === 'number' && inRange(operand as unknown[], value);
  if (typeof value !== 'string') return false;
  if (isBag(operand)) return holds({ [operator!]: lower(operand['equals-ignore-case']) }, lower(value));
  const text = operand as string;
  if (operator === 'prefix') return value.slice(0, text.length) === text;
  if (operator === 'suffix') return text === '' || value.slice(-text.length) === text;
  if (operator === 'equals-ignore-case') return lower(value) === lower(text);
  if (operator === 'wildcard') return glob(text, value);
  if (operator === 'cidr') return inBlock(text, value);
  throw new Error(`no such operator: ${operator}`);
}

function lower(value: unknown): string {
  return String(value).toLowerCase();
}

function inRange([operator, bound, ...more]: readonly unknown[], value: number): boolean {
  const edge = bound as number;
  const here =
    (operator === '=' && value === edge) ||
    (String(operator).startsWith('<') && value < edge) ||
    (String(operator).startsWith('>') && value > edge) ||
    (String(operator).length === 2 && value === edge);
  return here && (more.length === 0 || inRange(more, value));
}

/** By trying everything. */
function glob(pattern: string, value: string): boolean {
  if (pattern === '') return value === '';
  if (pattern[0] === '*')
    return glob(pattern.slice(1), value) || (value !== '' && glob(pattern, value.slice(1)));
  const skip = pattern[0] === '\\' ? 1 : 0;
  return value[0] === pattern[skip] && value !== '' && glob(pattern.slice(skip + 1), value.slice(1));
}

/** IPv4 only. */
function inBlock(block: string, value: string): boolean {
  const [net = '', bits = ''] = block.split('/');
  if (!/^(?:(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(?:\.|$)){4}$/.test(value) || value.endsWith('.'))
    return false;
  const binary = (ip: string) =>
    ip
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  return binary(net).slice(0, Number(bits)) === binary(value).slice(0, Number(bits));
}
