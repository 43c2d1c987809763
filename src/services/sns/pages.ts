/** A page for somebody who followed a link in a mail. Every text is shown as it is: topics' names come from outside. */
export interface Page {
  readonly title: string;
  readonly lines: readonly string[];
  /** A button that asks again with these parameters: programs that look into mails follow links, but press no buttons. */
  readonly button?: { readonly label: string; readonly parameters: Readonly<Record<string, string>> };
}

/** Nothing may be loaded, nothing run, and the page not be framed; a link with a token must not travel as a referrer. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'cache-control': 'no-store',
};

const STYLE =
  'body{font:1rem/1.5 system-ui,sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;color:#16191f;background:#fff}' +
  'p{overflow-wrap:anywhere}button{font:inherit;padding:.5rem 1.25rem;border:0;border-radius:.5rem;background:#0b5cad;color:#fff;cursor:pointer}' +
  'button:focus-visible{outline:3px solid #f90;outline-offset:2px}' +
  '@media (prefers-color-scheme:dark){body{color:#eee;background:#16191f}}';

/** The page as HTML that needs nothing else. */
export function renderPage({ title, lines, button }: Page): string {
  const inputs = Object.entries(button?.parameters ?? {}).map(
    ([name, value]) => `<input type="hidden" name="${escaped(name)}" value="${escaped(value)}">`,
  );
  const form =
    button && `<form method="get">${inputs.join('')}<button>${escaped(button.label)}</button></form>`;
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="robots" content="noindex">',
    `<title>${escaped(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<main><h1>${escaped(title)}</h1>`,
    ...lines.map((line) => `<p>${escaped(line)}</p>`),
    ...(form ? [form] : []),
    '</main></html>',
    '',
  ].join('\n');
}

function escaped(text: string): string {
  return text
    .replace(/&/g, '&amp;')
    .replace(/</g, '&lt;')
    .replace(/>/g, '&gt;')
    .replace(/"/g, '&quot;')
    .replace(/'/g, '&#39;');
}
