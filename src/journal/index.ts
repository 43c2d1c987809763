export type { AppendOutcome, Journal, JournalEvent, JournalPosition, JournalRange } from './journal.ts';
