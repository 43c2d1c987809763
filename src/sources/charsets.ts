/**
 * The charsets that a source may name, as Python calls them (so does Logpoint), with the label that `TextDecoder` knows
 * each by (https://encoding.spec.whatwg.org/#names-and-labels). `latin_1` and `ascii` are read as windows-1252, as that
 * standard has it.
 */
export const CHARSETS: ReadonlyMap<string, string> = new Map([
  ['utf_8', 'utf-8'],
  ['ascii', 'ascii'],
  ['big5', 'big5'],
  ['cp1250', 'windows-1250'],
  ['cp1251', 'windows-1251'],
  ['cp1252', 'windows-1252'],
  ['cp1253', 'windows-1253'],
  ['cp1254', 'windows-1254'],
  ['cp1255', 'windows-1255'],
  ['cp1256', 'windows-1256'],
  ['cp1257', 'windows-1257'],
  ['cp1258', 'windows-1258'],
  ['cp866', 'ibm866'],
  ['cp874', 'windows-874'],
  ['euc_jp', 'euc-jp'],
  ['euc_kr', 'euc-kr'],
  ['gb18030', 'gb18030'],
  ['gbk', 'gbk'],
  ['iso2022_jp', 'iso-2022-jp'],
  ['iso8859_2', 'iso-8859-2'],
  ['iso8859_3', 'iso-8859-3'],
  ['iso8859_4', 'iso-8859-4'],
  ['iso8859_5', 'iso-8859-5'],
  ['iso8859_6', 'iso-8859-6'],
  ['iso8859_7', 'iso-8859-7'],
  ['iso8859_8', 'iso-8859-8'],
  ['iso8859_9', 'windows-1254'],
  ['iso8859_10', 'iso-8859-10'],
  ['iso8859_13', 'iso-8859-13'],
  ['iso8859_14', 'iso-8859-14'],
  ['iso8859_15', 'iso-8859-15'],
  ['koi8_r', 'koi8-r'],
  ['koi8_u', 'koi8-u'],
  ['latin_1', 'latin1'],
  ['mac_cyrillic', 'x-mac-cyrillic'],
  ['shift_jis', 'shift_jis'],
  ['utf_16_be', 'utf-16be'],
  ['utf_16_le', 'utf-16le'],
]);

/** The name in `CHARSETS` for what people write: `UTF-8`, `utf8`, `utf_8`; undefined for none. */
export function charsetNamed(text: string): string | undefined {
  const plain = (name: string) => name.toLowerCase().replace(/[^a-z0-9]/g, '');
  const asked = plain(text);
  for (const [name, label] of CHARSETS) if (plain(name) === asked || plain(label) === asked) return name;
  return undefined;
}
