export { ageOf, LAST_MOMENT, tieOf } from './place.ts';
export {
  BLOCK_TYPES,
  type BlockRow,
  isKept,
  keepNot,
  placesOf,
  RepoBlockWriter,
  readRepoBlock,
} from './repo-block.ts';
export type { RepoFields, RepoRow, RowOrigin } from './repo-row.ts';
