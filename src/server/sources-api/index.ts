export { applyFilePolicies, type FilePolicies } from './file-policies.ts';
export { applyFileSources } from './file-sources.ts';
export { catchUpRepos, keepRepos, type RepoKeeper } from './keep-repos.ts';
export { type Orders, openOrders } from './orders.ts';
export { createSourcesApi } from './sources-api.ts';
export { formChecks, type SourcesRooms } from './sources-house.ts';
