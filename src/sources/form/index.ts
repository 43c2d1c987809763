export type { FormChecks } from './checks.ts';
export { isTimezone, readDate } from './read-date.ts';
export {
  checkId,
  OWN_TYPE,
  readEnrichmentForm,
  readNormalizationForm,
  readNormalizerForm,
  readRepoForm,
  readRoutingForm,
} from './read-policies.ts';
export type { RepoForm } from './read-repo.ts';
export { readSource, type SourceForm } from './read-source.ts';
export { writePolicy, writeSource } from './write-source.ts';
