/** An element: its local name, its text without children's, its children and attributes. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: XmlElement[];
  text: string;
}

/** Thrown for text that is not XML as S3 takes it. */
export class XmlProblem extends Error {}

/** S3's own shapes nest less than ten deep. */
const deepest = 64;
const token =
  /<\?[\s\S]*?\?>|<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<\/([^\s<>/]+)\s*>|<([^\s<>/!?]+)((?:\s+[^\s=<>/]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)/y;
const attribute = /([^\s=<>/]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g;

/**
 * Parses a small XML document into a tree: strict about nesting, bounded in depth, without DOCTYPE, and with the five
 * named entities and numbers only, so that no entity expands. Ours, because a stranger's text overflows the stack of
 * the SDK's parser. Namespace prefixes are cut off.
 */
export function parseXml(text: string): XmlElement {
  const root: XmlElement = { name: '', attributes: new Map(), children: [], text: '' };
  const open: XmlElement[] = [root];
  token.lastIndex = text.charCodeAt(0) === 0xfeff ? 1 : 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (!match) throw new XmlProblem(`not well-formed at character ${at}`);
    const [, cdata, closing, opening, attributes = '', selfClosing, characters] = match;
    const parent = open.at(-1)!;
    if (cdata !== undefined) parent.text += cdata;
    else if (characters !== undefined) parent.text += decodeEntities(characters);
    else if (closing !== undefined) {
      if (open.length === 1 || parent.name !== localName(closing))
        throw new XmlProblem(`unexpected </${closing}>`);
      open.pop();
    } else if (opening !== undefined) {
      if (open.length === 1 && root.children.length > 0) throw new XmlProblem('more than one root element');
      const element = {
        name: localName(opening),
        attributes: readAttributes(attributes),
        children: [],
        text: '',
      };
      parent.children.push(element);
      if (selfClosing === '') open.push(element);
      if (open.length > deepest) throw new XmlProblem('nested too deeply');
    }
  }
  const document = root.children[0];
  if (open.length > 1 || !document || root.text.trim() !== '') throw new XmlProblem('no single root element');
  return document;
}

function readAttributes(text: string): Map<string, string> {
  const read = new Map<string, string>();
  for (const [, name = '', double, single] of text.matchAll(attribute)) {
    read.set(name, decodeEntities(double ?? single ?? ''));
  }
  return read;
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const named: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
]);

function decodeEntities(text: string): string {
  if (!text.includes('&')) return text;
  return text.replace(/&([^;&\s]{0,12};?)/g, (_, name: string) => {
    if (!name.endsWith(';')) throw new XmlProblem('a lone ampersand');
    const entity = name.slice(0, -1);
    const known = named.get(entity);
    if (known !== undefined) return known;
    const match = /^#(?:x([0-9a-fA-F]{1,6})|(\d{1,7}))$/.exec(entity);
    const code = match ? Number.parseInt(match[1] ?? match[2]!, match[1] ? 16 : 10) : Number.NaN;
    if (!(code > 0 && code <= 0x10ffff)) throw new XmlProblem(`unknown entity &${entity};`);
    return String.fromCodePoint(code);
  });
}
