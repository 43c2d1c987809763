import { type AccessOptions, openApi } from '../../access.ts';
import type { ApiClient, Method } from '../../api-client.ts';
import { type CliContext, CliError } from '../../context.ts';

/** JSON of the API. */
export type Json = Record<string, unknown>;

/** A source as the API answers it; see the reference of log sources. */
export interface SourceLine extends Json {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly origin: string;
  readonly config: {
    readonly Source: { readonly interval: number };
    readonly Connector: Json & {
      readonly bucket_name: string;
      readonly region_name: string;
      readonly endpoint_url: string;
    };
  };
}

/** What the collector says of a source; see `CollectorStatus`. */
export interface StatusAnswer {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly status?: {
    readonly state: string;
    readonly lastRunAt?: number;
    readonly lastSuccessAt?: number;
    readonly nextRunAt?: number;
    readonly lastError?: string;
    readonly files: number;
    readonly records: number;
    readonly duplicates: number;
    readonly bytes: number;
    readonly quarantined: number;
    readonly lag?: number;
    readonly backFill?: BackFillLine;
    readonly notices?: NoticesLine;
  };
}

/** How far a back-fill is; see `BackFillProgress`. */
export interface BackFillLine {
  readonly from: number;
  readonly to: number;
  readonly files: number;
  readonly filesDone: number;
  readonly listed: boolean;
  readonly records: number;
  readonly rate: number;
  readonly remaining?: number;
  readonly done: boolean;
}

/** What notifications of new files came to; see `NoticeStatus`. */
export interface NoticesLine {
  readonly isListening: boolean;
  readonly messages: number;
  readonly files: number;
  readonly ignored: Readonly<Record<string, number>>;
  readonly failures: number;
  /** Milliseconds since the epoch. */
  readonly confirmedAt?: number;
  readonly endedAt?: number;
  readonly lastError?: string;
}

/** Files that could not be read; see `QuarantineList`. */
export interface QuarantineAnswer {
  readonly files: readonly {
    readonly bucket: string;
    readonly key: string;
    readonly kind: 'retry' | 'quarantine';
    readonly reason: string;
    readonly message: string;
    readonly since: number;
    readonly attempts: number;
    readonly records: number;
    readonly nextAt?: number;
  }[];
  readonly more: boolean;
  readonly unlisted: number;
}

interface OrderAnswer {
  readonly status: 'Success' | 'Failed' | 'Pending';
  readonly response: { readonly message: string; readonly id?: string };
}

/** Any words do: one opentrail is one pool with one Logpoint. */
const BASE = '/configapi/opentrail/opentrail';
/** How long an order may take: a bucket may be asked first. */
const PATIENCE = 60_000;

/** The API of log sources, as the commands use it. */
export interface SourcesClient {
  list(): Promise<readonly SourceLine[]>;
  /** By name or id. @throws CliError when there is none */
  find(name: string): Promise<SourceLine>;
  /** Asks for a change and waits until it is carried out; answers its message and id. @throws CliError with the reason when it fails */
  order(
    method: Method,
    path: string,
    data?: unknown,
  ): Promise<{ readonly message: string; readonly id?: string }>;
  /** `POST …/LogSources/{id}/{verb}`. */
  control(id: string, verb: string, data?: unknown): Promise<Json>;
  /** All of a resource, such as `Repos`. */
  all<Line>(resource: string): Promise<readonly Line[]>;
  status(id: string): Promise<StatusAnswer>;
  /** At most `limit` of them. */
  quarantine(id: string, limit: string): Promise<QuarantineAnswer>;
  /** Makes a new key for the stored secrets. */
  rotateKey(): Promise<{ readonly message: string }>;
}

/** Opens the API that the options name. @throws CliError */
export function openSourcesClient(options: AccessOptions, context: CliContext): SourcesClient {
  const api: ApiClient = openApi(options, context);
  const list = () => api.request<readonly SourceLine[]>('GET', `${BASE}/LogSources`);
  return {
    list,
    async find(name) {
      const all = await list();
      const found = all.find((source) => source.name === name) ?? all.find((source) => source.id === name);
      if (found) return found;
      const names = all.map((source) => source.name).join(', ');
      throw new CliError(`there is no log source ${name}${names === '' ? '' : `; there are ${names}`}`);
    },
    async order(method, path, data) {
      const { message } = await api.request<{ message: string }>(
        method,
        BASE + path,
        data === undefined ? undefined : { data },
      );
      const deadline = context.now() + PATIENCE;
      for (;;) {
        const order = await api.request<OrderAnswer>('GET', `/${message}`);
        if (order.status === 'Success') return order.response;
        if (order.status === 'Failed') throw new CliError(order.response.message);
        if (context.now() > deadline)
          throw new CliError(`the order is still not carried out: see ${message}`);
        await context.sleep(200);
      }
    },
    control: (id, verb, data = {}) => api.request<Json>('POST', `${BASE}/LogSources/${id}/${verb}`, { data }),
    all: <Line>(resource: string) => api.request<readonly Line[]>('GET', `${BASE}/${resource}`),
    status: (id) => api.request<StatusAnswer>('GET', `${BASE}/LogSources/${id}/status`),
    quarantine: (id, limit) =>
      api.request<QuarantineAnswer>(
        'GET',
        `${BASE}/LogSources/${id}/quarantine?limit=${encodeURIComponent(limit)}`,
      ),
    rotateKey: () => api.request<{ message: string }>('POST', `${BASE}/KeyRotations`, {}),
  };
}
