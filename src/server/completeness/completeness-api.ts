import { NoPublicKeys, type PublicKey, readPublicKeys } from '../../digest/verify/index.ts';
import { readDate } from '../../sources/form/index.ts';
import type { LogSource } from '../../sources/index.ts';
import { reportJson } from './report-json.ts';
import type { CompletenessOrder, SourceCompleteness } from './source-completeness.ts';

/** What is wrong with the `data` of a question, by member. */
export interface QuestionFault {
  readonly at: string;
  readonly message: string;
}

const DAY = 86_400_000;
/** Every file of the range is read: a year is asked for in pieces. */
const MAX_RANGE = 92 * DAY;

/** Reads `from`, `to` (dates of the source's time zone or ISO times; `to` absent: now) and `public_keys`. */
export function readOrder(
  source: LogSource,
  data: unknown,
  now: number,
): CompletenessOrder | { readonly faults: readonly QuestionFault[] } {
  const members = new Map(Object.entries((data ?? {}) as object));
  const faults: QuestionFault[] = [];
  const time = (name: string, absent: number): number => {
    const text: unknown = members.get(name);
    if (text === undefined) return absent;
    const read = typeof text === 'string' ? readDate(text, source.fetch.timezone) : undefined;
    if (read === undefined)
      faults.push({ at: name, message: 'must be a date such as 2026-01-31, or a time in UTC' });
    return read ?? absent;
  };
  const to = Math.min(time('to', now), now);
  const from = time('from', to - DAY);
  if (faults.length === 0 && from >= to)
    faults.push({ at: 'from', message: 'must be before the end of the range' });
  if (to - from > MAX_RANGE) faults.push({ at: 'from', message: 'must be at most 92 days before the end' });
  const pinnedKeys = readKeys(members.get('public_keys'), faults);
  for (const name of members.keys()) {
    if (!['from', 'to', 'public_keys'].includes(name)) {
      faults.push({ at: name, message: 'is not known here; known are from, to, public_keys' });
    }
  }
  return faults.length > 0 ? { faults } : { from, to, ...(pinnedKeys && { pinnedKeys }) };
}

/** Carries a check out. @throws Error for people */
export async function checkSource(
  checks: SourceCompleteness,
  source: LogSource,
  order: CompletenessOrder,
): Promise<unknown> {
  try {
    return { status: 'Success', report: reportJson(await checks.check(source, order)) };
  } catch (error) {
    if (error instanceof NoPublicKeys) {
      return {
        status: 'Failed',
        message: 'the account gave no public keys for that time: pin those that you trust',
      };
    }
    const { name, message } = error as Error;
    return { status: 'Failed', message: `the check could not be made: ${name}: ${message}`.slice(0, 600) };
  }
}

function readKeys(value: unknown, faults: QuestionFault[]): readonly PublicKey[] | undefined {
  if (value === undefined) return undefined;
  try {
    return readPublicKeys(JSON.stringify(value));
  } catch (error) {
    faults.push({ at: 'public_keys', message: (error as Error).message.slice(0, 200) });
    return undefined;
  }
}
