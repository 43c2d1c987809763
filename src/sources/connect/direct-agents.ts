import { type AgentOptions, type ClientRequestArgs, Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions as HttpsAgentOptions, type RequestOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { AddressGuard } from './address-guard.ts';

type OnCreate = (error: Error | null, stream: Duplex) => void;

/** Plain HTTP without a proxy; every new connection passes the guard. */
export class DirectHttpAgent extends HttpAgent {
  readonly #guard: AddressGuard;

  constructor(guard: AddressGuard, options: AgentOptions) {
    super({ ...options, lookup: guard.lookup } as AgentOptions);
    this.#guard = guard;
  }

  override createConnection(options: ClientRequestArgs, callback?: OnCreate): Duplex | null | undefined {
    this.#guard.check(options.host ?? '');
    return super.createConnection(options, callback);
  }
}

/** HTTPS without a proxy; every new connection passes the guard. */
export class DirectHttpsAgent extends HttpsAgent {
  readonly #guard: AddressGuard;

  constructor(guard: AddressGuard, options: HttpsAgentOptions) {
    super({ ...options, lookup: guard.lookup } as HttpsAgentOptions);
    this.#guard = guard;
  }

  override createConnection(options: RequestOptions, callback?: OnCreate): Duplex | null | undefined {
    this.#guard.check(options.host ?? '');
    return super.createConnection(options, callback);
  }
}
