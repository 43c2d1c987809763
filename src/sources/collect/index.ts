export type {
  CollectedFields,
  CollectedLimits,
  CollectedLog,
  CollectedRange,
  CollectedRecord,
} from './collected.ts';
