export { type NativeColumns, sizeOfNativeBlock, writeNativeBlock } from './block.ts';
export {
  BlobColumn,
  DictionaryColumn,
  FlagColumn,
  ListColumn,
  MapColumn,
  type NativeColumn,
  StringColumn,
  UInt32Column,
  UInt64Column,
} from './columns.ts';
export { type Hash64, hash64, toDecimal } from './hash64.ts';
export { NativeBlockReader } from './reader.ts';
