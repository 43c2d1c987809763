import { type Member, membersOf, type Shape } from '../../shape.ts';
import { readText } from '../read-text.ts';
import { type XmlElement, XmlProblem } from './parse-xml.ts';

/**
 * Reads an element by a member's shape (https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings). Throws
 * XmlProblem where a value is not of its shape or a required member is missing; unknown elements are ignored.
 */
export function readXml(member: Member, element: XmlElement): unknown {
  return readElement(member, element);
}

function readElement(member: Member, element: XmlElement): unknown {
  const { shape } = member;
  switch (shape.kind) {
    case 'structure':
    case 'union':
      return readStructure(shape, element);
    case 'unit':
      return {};
    case 'list': {
      const name = shape.item.traits.xmlName ?? 'member';
      return element.children
        .filter((child) => child.name === name)
        .map((child) => readElement(shape.item, child));
    }
    case 'map':
      return readEntries(
        shape,
        element.children.filter((child) => child.name === 'entry'),
      );
    default: {
      if (element.children.length > 0) throw new XmlProblem(`unexpected elements in <${element.name}>`);
      const value = readText(shape, shape.kind === 'string' ? element.text : element.text.trim());
      if (value === undefined) throw new XmlProblem(`<${element.name}> is not a ${shape.kind}`);
      return value;
    }
  }
}

function readStructure(shape: Shape, element: XmlElement): unknown {
  const read: Record<string, unknown> = {};
  for (const member of membersOf(shape).values()) {
    const value = readMember(member, element);
    if (value !== undefined) read[member.name] = value;
    else if (member.required) throw new XmlProblem(`<${element.name}> lacks ${member.name}`);
  }
  return read;
}

function readMember(member: Member, parent: XmlElement): unknown {
  const name = member.traits.xmlName ?? member.name;
  if (member.traits.xmlAttribute !== undefined) return parent.attributes.get(name);
  const { shape } = member;
  const found = parent.children.filter((child) => child.name === name);
  if (found.length === 0) return undefined;
  if (member.traits.xmlFlattened !== undefined) {
    if (shape.kind === 'list') return found.map((child) => readElement(shape.item, child));
    if (shape.kind === 'map') return readEntries(shape, found);
  }
  if (found.length > 1) throw new XmlProblem(`more than one <${name}>`);
  return readElement(member, found[0]!);
}

function readEntries(shape: Shape & { kind: 'map' }, entries: readonly XmlElement[]): unknown {
  const read: Record<string, unknown> = Object.create(null);
  for (const entry of entries) {
    const key = entry.children.find((child) => child.name === (shape.key.traits.xmlName ?? 'key'));
    const value = entry.children.find((child) => child.name === (shape.value.traits.xmlName ?? 'value'));
    if (!key || !value) throw new XmlProblem('a map entry lacks its key or value');
    read[key.text] = readElement(shape.value, value);
  }
  return read;
}
