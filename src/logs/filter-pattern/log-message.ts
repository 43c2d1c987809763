/**
 * The text of a log event, with its JSON read at most once however many patterns look at it. `parsed` may be handed in
 * by whoever has it already.
 */
export class LogMessage {
  readonly text: string;
  #parsed: unknown;
  #isParsed: boolean;

  constructor(text: string, parsed?: unknown) {
    this.text = text;
    this.#parsed = parsed;
    this.#isParsed = parsed !== undefined;
  }

  /** The object or array that the text is; undefined for everything else, which no JSON pattern matches. */
  get json(): unknown {
    if (!this.#isParsed) {
      this.#isParsed = true;
      this.#parsed = parseContainer(this.text);
    }
    return this.#parsed;
  }
}

function parseContainer(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
