/** Text from outside as a part of a line: it must neither break the line nor end it with a mark of perfdata. */
export function plainWords(text: string, longest: number): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.replace(/[\u0000-\u001f\u007f|]/g, ' ').slice(0, longest);
}
