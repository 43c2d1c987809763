import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { xmlText } from '../xml-text.ts';
import { parseXml, XmlProblem } from './parse-xml.ts';

describe('XML', () => {
  it('becomes a tree, with entities, CDATA, comments and prefixes undone', () => {
    const text =
      '<?xml version="1.0"?>\n<!-- c --><a:Delete xmlns:a="x" b="1&amp;2"><Key> a&lt;&#65;&#x42; </Key><Key><![CDATA[<&]]></Key><E/></a:Delete>\n';
    const root = parseXml(text);
    expect(root.name).toBe('Delete');
    expect(root.attributes.get('b')).toBe('1&2');
    expect(root.children.map((child) => [child.name, child.text])).toEqual([
      ['Key', ' a<AB '],
      ['Key', '<&'],
      ['E', ''],
    ]);
  });

  it.each([
    '',
    'text',
    '<a>',
    '<a></b>',
    '</a>',
    '<a/><b/>',
    '<a/>x',
    '<a>&</a>',
    '<a>&x;</a>',
    '<a>&#0;</a>',
    '<a>&#x110000;</a>',
    '<a b=1/>',
    '<a <b/></a>',
    '<a><!-- </a>',
    '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>',
    `${'<a>'.repeat(100)}${'</a>'.repeat(100)}`,
    '<a>'.repeat(200_000),
  ])('%.60s is refused', (text) => {
    expect(() => parseXml(text)).toThrow(XmlProblem);
  });

  it('carries any text there and back', () => {
    // What XML cannot carry becomes U+FFFD; everything else must come back as it went.
    const anyText = fc.string({ unit: 'binary' });
    void fc.assert(
      fc.property(anyText, (text: string): void => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones that XML 1.0 forbids
        const carried = text.replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\ufffd');
        expect(parseXml(`<a>${xmlText(text)}</a>`).text).toBe(carried);
      }),
    );
  });

  it('of any form is parsed or refused', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      '/',
      'a',
      ' ',
      '"',
      "'",
      '=',
      '&',
      ';',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?',
      '?>',
      '<a>',
      '</a>',
    );
    void fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
        try {
          parseXml(pieces.join(''));
        } catch (error) {
          expect(error).toBeInstanceOf(XmlProblem);
        }
      }),
      { numRuns: 1000 },
    );
  });
});
