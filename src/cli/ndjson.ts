import { CliError } from './context.ts';

/** The lines of a streamed answer as they arrive. @throws CliError when the stream breaks off or reports an error. */
export async function* readLines(response: Response): AsyncGenerator<string> {
  if (!response.body) return;
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for await (const chunk of response.body) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const line of lines) if (line !== '') yield line;
    }
  } catch (cause) {
    throw new CliError(`the answer broke off: ${(cause as Error).message}; what was printed is not all`, {
      cause,
    });
  }
  if (rest !== '') yield rest;
}
