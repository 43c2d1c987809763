/**
 * Cuts a line at its spaces; what stands in quotes or square brackets is one column, without them.
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html (space-delimited log events)
 */
export function splitColumns(line: string): readonly string[] {
  const columns: string[] = [];
  let at = 0;
  while (at < line.length) {
    const char = line[at]!;
    if (char === ' ' || char === '\t' || char === '\n' || char === '\r') {
      at++;
      continue;
    }
    const close = char === '"' ? '"' : char === '[' ? ']' : undefined;
    const end = close === undefined ? -1 : line.indexOf(close, at + 1);
    if (end !== -1) {
      columns.push(line.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    const space = nextSpace(line, at);
    columns.push(line.slice(at, space));
    at = space;
  }
  return columns;
}

function nextSpace(line: string, from: number): number {
  for (let at = from; at < line.length; at++) {
    const code = line.charCodeAt(at);
    if (code === 32 || (code >= 9 && code <= 13)) return at;
  }
  return line.length;
}
