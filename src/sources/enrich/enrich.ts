import { compilePath, type FieldPath, splitPath } from '../policy/index.ts';
import {
  EnrichmentFiles,
  type EnrichmentFilesOptions,
  type FileHandle,
  type FileStatus,
} from './enrichment-files.ts';
import type { AccountsStep, CidrStep, EnrichmentStep, MaxMindStep, TableStep } from './enrichment-step.ts';
import { ENRICHED } from './enrichment-step.ts';
import { RangeTable } from './range-table.ts';

/** Adds fields to one parsed record, which is never changed; the answer is by full name (`enrich.geo.country_code`). Never throws. */
export type Enrich = (record: unknown) => ReadonlyMap<string, string>;

/** A compiled policy; holds its files until it is closed. */
export interface OpenEnrichment {
  readonly enrich: Enrich;
  close(): void;
}

/** Enrichment policies on top of the operator's files. */
export interface Enrichment {
  /** Compiles steps (see `readEnrichmentSteps`); resolves when their files were tried. Files that fail do not make it throw. */
  open(steps: readonly EnrichmentStep[]): Promise<OpenEnrichment>;
  /** Reads again the files that have changed; to be called every few seconds. */
  refresh(): Promise<void>;
  status(): readonly FileStatus[];
  /** Since start. */
  readonly counts: EnrichmentCounts;
}

/** What enrichment did. */
export interface EnrichmentCounts {
  /** Records that went through a policy with at least one step. */
  readonly records: number;
  /** Of them, those that went without a step because its file was not there or no good. */
  readonly degraded: number;
  /** Look-ups that a damaged database threw at. */
  readonly failedLookups: number;
  /** Reads of files that failed. */
  readonly failedFiles: number;
}

const NO_FIELDS: ReadonlyMap<string, string> = new Map();
/** Fields that all steps together may add to a record. */
const MAX_FIELDS = 64;

/** Opens nothing yet: files are read when a policy names them. */
export function createEnrichment(options: EnrichmentFilesOptions): Enrichment {
  const files = new EnrichmentFiles(options);
  const counts = { records: 0, degraded: 0, failedLookups: 0 };
  return {
    async open(steps) {
      const compiled: CompiledStep[] = [];
      for (const step of steps) compiled.push(await compileStep(step, files));
      return {
        enrich: compiled.length === 0 ? () => NO_FIELDS : (record) => run(compiled, record, counts),
        close: () => {
          for (const step of compiled) step.release?.();
        },
      };
    },
    refresh: () => files.refresh(),
    status: () => files.status(),
    get counts() {
      return { ...counts, failedFiles: files.failures };
    },
  };
}

type Added = Map<string, string>;

interface CompiledStep {
  /** False: it could not do its work. */
  readonly apply: (record: unknown, added: Added) => boolean;
  readonly release?: () => void;
}

function run(
  steps: readonly CompiledStep[],
  record: unknown,
  counts: { records: number; degraded: number; failedLookups: number },
): ReadonlyMap<string, string> {
  const added: Added = new Map();
  let isWhole = true;
  counts.records++;
  for (const { apply } of steps) {
    try {
      isWhole = apply(record, added) && isWhole;
    } catch {
      counts.failedLookups++;
      isWhole = false;
    }
  }
  if (!isWhole) counts.degraded++;
  return added.size === 0 ? NO_FIELDS : added;
}

async function compileStep(step: EnrichmentStep, files: EnrichmentFiles): Promise<CompiledStep> {
  switch (step.type) {
    case 'geoip':
    case 'asn':
      return maxMindStep(step, await files.open(step.file, { kind: 'maxmind' }));
    case 'table':
      return tableStep(
        step,
        step.file === undefined
          ? undefined
          : await files.open(step.file, { kind: 'table', ...(step.key !== undefined && { key: step.key }) }),
      );
    case 'cidr':
      return cidrStep(
        step,
        step.file === undefined ? undefined : await files.open(step.file, { kind: 'ranges' }),
      );
    case 'accounts':
      return accountsStep(
        step,
        step.file === undefined ? undefined : await files.open(step.file, { kind: 'table' }),
      );
  }
}

function maxMindStep(step: MaxMindStep, handle: FileHandle): CompiledStep {
  const read = fieldReader(step.field);
  const put = writer(step.name, step.add);
  return {
    release: handle.release,
    apply(record, added) {
      const { current } = handle;
      if (current?.kind !== 'maxmind') return false;
      for (const value of read(record, added)) {
        const fields = typeof value === 'string' ? current.find(value) : undefined;
        if (fields === undefined) continue;
        put(fields, added);
        break;
      }
      return true;
    },
  };
}

function tableStep(step: TableStep, handle: FileHandle | undefined): CompiledStep {
  const read = fieldReader(step.field);
  const put = writer(step.name, step.add);
  return {
    ...(handle && { release: handle.release }),
    apply(record, added) {
      const rows = step.rows ?? (handle?.current?.kind === 'table' ? handle.current.rows : undefined);
      if (rows === undefined) return false;
      for (const value of read(record, added)) {
        const fields = rows.get(String(value));
        if (fields === undefined) continue;
        put(fields, added);
        break;
      }
      return true;
    },
  };
}

function cidrStep(step: CidrStep, handle: FileHandle | undefined): CompiledStep {
  const read = fieldReader(step.field);
  const fixed = step.ranges && new RangeTable(step.ranges);
  const [range, label] = [`${ENRICHED}${step.name}.range`, `${ENRICHED}${step.name}.label`];
  return {
    ...(handle && { release: handle.release }),
    apply(record, added) {
      const table = fixed ?? (handle?.current?.kind === 'ranges' ? handle.current.table : undefined);
      if (table === undefined) return false;
      for (const value of read(record, added)) {
        const hit = typeof value === 'string' ? table.find(value) : undefined;
        if (hit === undefined || added.size + 2 > MAX_FIELDS) continue;
        added.set(range, hit.range);
        if (hit.label !== '') added.set(label, hit.label);
        break;
      }
      return true;
    },
  };
}

/** Whose account called, and whose it happened to. */
const ACCOUNT_FIELDS: readonly (readonly [string, FieldPath])[] = [
  ['caller', compilePath(['userIdentity', 'accountId'])],
  ['recipient', compilePath(['recipientAccountId'])],
];

function accountsStep(step: AccountsStep, handle: FileHandle | undefined): CompiledStep {
  const fields = ACCOUNT_FIELDS.map(([name, path]) => [`${ENRICHED}${step.name}.${name}`, path] as const);
  const nameOf = (account: string): string | undefined => {
    if (step.accounts) return step.accounts.get(account);
    const row = handle?.current?.kind === 'table' ? handle.current.rows.get(account) : undefined;
    return row?.get('name') ?? row?.values().next().value;
  };
  return {
    ...(handle && { release: handle.release }),
    apply(record, added) {
      if (step.accounts === undefined && handle?.current?.kind !== 'table') return false;
      for (const [field, path] of fields) {
        const account = path(record)[0];
        const name = typeof account === 'string' ? nameOf(account) : undefined;
        if (name !== undefined && added.size < MAX_FIELDS) added.set(field, name);
      }
      return true;
    },
  };
}

/** A field of the record, or one that an earlier step has added. */
function fieldReader(field: string): (record: unknown, added: Added) => readonly unknown[] {
  if (field.startsWith(ENRICHED)) {
    return (_record, added) => {
      const value = added.get(field);
      return value === undefined ? [] : [value];
    };
  }
  const names = splitPath(field);
  const path: FieldPath = names ? compilePath(names) : () => [];
  return (record) => path(record);
}

function writer(
  name: string,
  add: readonly string[] | undefined,
): (fields: ReadonlyMap<string, string>, added: Added) => void {
  const wanted = add && new Set(add);
  return (fields, added) => {
    for (const [field, value] of fields) {
      if (wanted && !wanted.has(field)) continue;
      if (added.size >= MAX_FIELDS) return;
      added.set(`${ENRICHED}${name}.${field}`, value);
    }
  };
}
