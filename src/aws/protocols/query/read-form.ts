import type { ServiceError } from '../../service.ts';
import { type Member, membersOf, type Shape } from '../../shape.ts';
import { lowerFirst } from '../json/read-json.ts';
import { readText } from '../read-text.ts';

/** A form's fields by the dots in their names: `Tags.member.1.Key=a` is a path of four steps. */
interface Node {
  text: string | undefined;
  children: Map<string, Node>;
}

/** Longest path that is followed; AWS's own shapes need less than twenty steps. */
const deepest = 64;
/** Numbers of list items above this are refused rather than sorted. */
const largestIndex = 100_000;

/**
 * Decodes a form along a shape (https://smithy.io/2.0/aws/protocols/aws-query-protocol.html): lists as
 * `Name.member.N`, or `Name.N` when flattened; maps as `Name.entry.N.key` and `.value`. Fields that the shape does
 * not know are ignored.
 */
export function readForm(
  input: Member,
  form: ReadonlyMap<string, string>,
  malformed: (message: string) => ServiceError,
): { value: unknown; missing: string[] } {
  const missing: string[] = [];
  const root: Node = { text: undefined, children: new Map() };
  for (const [name, text] of form) plant(root, name, text, malformed);
  return { value: readStructure(input.shape, root, '', { missing, malformed }), missing };
}

interface Walk {
  readonly missing: string[];
  readonly malformed: (message: string) => ServiceError;
}

function plant(root: Node, name: string, text: string, malformed: Walk['malformed']): void {
  const steps = name.split('.', deepest + 1);
  if (steps.length > deepest) throw malformed('A parameter name has too many parts');
  let node = root;
  for (const step of steps) {
    let next = node.children.get(step);
    if (!next) {
      next = { text: undefined, children: new Map() };
      node.children.set(step, next);
    }
    node = next;
  }
  node.text = text;
}

function readStructure(shape: Shape, node: Node, path: string, walk: Walk): unknown {
  const read: Record<string, unknown> = {};
  for (const member of membersOf(shape).values()) {
    const child = node.children.get(member.traits.xmlName ?? member.name);
    const here = `${path}${lowerFirst(member.name)}`;
    if (child) read[member.name] = readNode(member, child, here, walk);
    else if (member.required) walk.missing.push(here);
  }
  return read;
}

function readNode(member: Member, node: Node, path: string, walk: Walk): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return readStructure(shape, node, `${path}.`, walk);
    case 'unit':
      return {};
    case 'list': {
      const flat = member.traits.xmlFlattened !== undefined;
      const items = flat ? node : (node.children.get(shape.item.traits.xmlName ?? 'member') ?? node);
      return numbered(items, walk).map(([index, item]) =>
        readNode(shape.item, item, `${path}.${index}.member`, walk),
      );
    }
    case 'map': {
      const entries = member.traits.xmlFlattened === undefined ? (node.children.get('entry') ?? node) : node;
      return readMap(shape, entries, path, walk);
    }
    default: {
      if (node.text === undefined) throw walk.malformed('Unexpected complex element termination');
      const value = readText(shape, node.text);
      if (value === undefined) throw walk.malformed(`Invalid value for ${path}: not a ${shape.kind}`);
      return value;
    }
  }
}

function readMap(shape: Shape & { kind: 'map' }, entries: Node, path: string, walk: Walk): unknown {
  const read: Record<string, unknown> = Object.create(null);
  const keyName = shape.key.traits.xmlName ?? 'key';
  const valueName = shape.value.traits.xmlName ?? 'value';
  for (const [index, entry] of numbered(entries, walk)) {
    const key = entry.children.get(keyName)?.text;
    const value = entry.children.get(valueName);
    if (key === undefined || !value)
      throw walk.malformed(`The entry ${index} of ${path} lacks its key or value`);
    read[key] = readNode(shape.value, value, `${path}.${key}`, walk);
  }
  return read;
}

/** Items in the order of their numbers; gaps are closed, as on AWS. */
function numbered(node: Node, walk: Walk): [number, Node][] {
  const items: [number, Node][] = [];
  for (const [step, child] of node.children) {
    if (!/^\d{1,6}$/.test(step) || Number(step) > largestIndex) {
      throw walk.malformed(`Expected the number of a list item, got ${step.slice(0, 40)}`);
    }
    items.push([Number(step), child]);
  }
  return items.sort((a, b) => a[0] - b[0]);
}
