export type { RepoFields, RepoRow } from './block/index.ts';
export {
  DEFAULT_REPO,
  HISTORY,
  openRepos,
  type RepoInfo,
  type RepoSettings,
  type Repos,
  type ReposOptions,
} from './repos.ts';
export {
  type Count,
  createSearcher,
  type FoundRecord,
  type Searcher,
  type SearcherOptions,
  SearchRefused,
  type SearchRequest,
  type Step,
} from './search/search.ts';
export type { Freed } from './stored-repo.ts';
