/** Splits a command line into words as a shell does, with quotes and backslashes, and nothing else of a shell. */
export function commandWords(text: string): string[] {
  const words: string[] = [];
  const pattern = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\([\s\S])|([^\s'"\\]+)|(\s+)/g;
  let word: string | undefined;
  for (const [, single, double, escaped, plain, space] of text.matchAll(pattern)) {
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + (single ?? double?.replace(/\\(["\\$`])/g, '$1') ?? escaped ?? plain);
  }
  if (word !== undefined) words.push(word);
  return words;
}
