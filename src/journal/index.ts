export type { AppendOutcome, Journal, JournalEvent, JournalPosition, JournalRange } from './journal.ts';
export { JournalBroken, openLmdbJournal } from './lmdb/journal.ts';
export { type YieldOptions, yieldToIntake } from './yield-to-intake.ts';
