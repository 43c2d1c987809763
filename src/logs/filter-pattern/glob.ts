/** Compiles a value in which `*` stands for any text, also none. Never backtracks over more than one star. */
export function compileGlob(value: string): (text: string) => boolean {
  const [first = '', ...rest] = value.split('*');
  if (rest.length === 0) return (text) => text === first;
  const last = rest.pop()!;
  const middle = rest.filter((part) => part !== '');
  return (text) => {
    if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last))
      return false;
    // The leftmost place for each part leaves the most room for those after it, so no other need be tried.
    const end = text.length - last.length;
    let at = first.length;
    for (const part of middle) {
      const found = text.indexOf(part, at);
      if (found === -1 || found + part.length > end) return false;
      at = found + part.length;
    }
    return true;
  };
}
