export { checkSource, readOrder } from './completeness-api.ts';
export { type OpenedCompleteness, openCompleteness } from './open-completeness.ts';
export type { SourceCompleteness } from './source-completeness.ts';
