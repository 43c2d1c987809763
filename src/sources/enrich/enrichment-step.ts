/** One step of an enrichment policy: where a value is taken from, where it is looked up, and what is added. */
export type EnrichmentStep = MaxMindStep | TableStep | CidrStep | AccountsStep;

interface Step {
  /** Stands in the added fields' names: `enrich.NAME.…`. Unique within its policy. */
  readonly name: string;
}

/** Looks up an address in a MaxMind database of the operator's. */
export interface MaxMindStep extends Step {
  readonly type: 'geoip' | 'asn';
  /** Path below the enrichment directory. */
  readonly file: string;
  /** Dotted path into the record, or `enrich.…` of an earlier step. */
  readonly field: string;
  /** Names of the fields to add; absent: all that the database has. */
  readonly add?: readonly string[];
}

/** Looks up a value in a CSV or JSON table by key. */
export interface TableStep extends Step {
  readonly type: 'table';
  /** `.csv` with a head line, or `.json`. Either this or `rows`. */
  readonly file?: string;
  /** The table itself, by key. */
  readonly rows?: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Column of the key; absent: the first one. */
  readonly key?: string;
  readonly field: string;
  /** Columns to add; absent: all but the key. */
  readonly add?: readonly string[];
}

/** Looks up an address in a list of ranges: threats, own networks. The longest range that holds it answers. */
export interface CidrStep extends Step {
  readonly type: 'cidr';
  /** Lines of `range` or `range,label`. Either this or `ranges`. */
  readonly file?: string;
  readonly ranges?: readonly LabelledRange[];
  readonly field: string;
}

/** A range of addresses in text, and what it is called. */
export interface LabelledRange {
  readonly range: string;
  readonly label: string;
}

/** Names the caller's and the recipient's account. */
export interface AccountsStep extends Step {
  readonly type: 'accounts';
  /** `.csv` or `.json`, account id and name. Either this or `accounts`. */
  readonly file?: string;
  readonly accounts?: ReadonlyMap<string, string>;
}

/** What every added field's name begins with. No field of CloudTrail and none of the normalised view does. */
export const ENRICHED = 'enrich.';
