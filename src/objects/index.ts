export {
  type ListAnswer,
  type ListRequest,
  type ObjectHeaders,
  type ObjectInfo,
  type ObjectStore,
  ObjectStoreError,
} from './object-store.ts';
