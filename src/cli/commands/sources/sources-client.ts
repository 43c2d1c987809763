import type { CollectorStatus } from '../../../sources/index.ts';
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

/** What the server says of a source; `status` is absent while it is not collected. */
export interface StatusAnswer {
  readonly id: string;
  readonly name: string;
  readonly active: boolean;
  readonly status?: CollectorStatus;
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
