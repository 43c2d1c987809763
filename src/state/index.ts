export { type InspectedValue, inspectLmdbState } from './lmdb/inspect.ts';
export { openLmdbState } from './lmdb/state.ts';
export { type State, StateConflict, updateState, type Versioned } from './state.ts';
