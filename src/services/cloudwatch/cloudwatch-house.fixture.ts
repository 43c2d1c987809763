import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as client from '@aws-sdk/client-cloudwatch';
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols';
import { type CallReport, createFrontDoor } from '../../aws/index.ts';
import { type CloudWatch, openCloudWatch } from '../../cloudwatch/index.ts';
import { type Identity, openIdentity } from '../../identity/index.ts';
import { openLmdbState, type State } from '../../state/index.ts';
import { createCloudWatchService } from './index.ts';

export const ACCOUNT = '111122223333';
export const TOPIC = `arn:aws:sns:us-east-1:${ACCOUNT}:alarms`;
export const START = Date.UTC(2026, 10, 1, 10);
export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** An alarm that is accepted, but for what is said otherwise. */
export const alarmInput = (more: Partial<client.PutMetricAlarmInput> = {}): client.PutMetricAlarmInput => ({
  AlarmName: 'a',
  Namespace: 'N',
  MetricName: 'm',
  Statistic: 'Sum',
  Period: 300,
  EvaluationPeriods: 1,
  Threshold: 1,
  ComparisonOperator: 'GreaterThanOrEqualToThreshold',
  ...more,
});

/** As the query protocol named it: the SDK gives modelled errors their class's name. */
export function codeOf(error: unknown): string {
  const { name } = error as { name: string };
  if (name === 'ValidationException') return 'ValidationError';
  return name.replace(/^MissingRequiredParameter/, 'MissingParameter').replace(/Exception$/, '');
}

/** The service behind a front door, on a port of its own, and the SDK as its client. Its clock stands still. */
export class CloudWatchHouse {
  readonly #folder: string;
  readonly #state: State;
  readonly #server: Server;
  readonly identity: Identity;
  readonly room: CloudWatch;
  readonly reports: CallReport[] = [];
  readonly url: string;
  readonly json: client.CloudWatchClient;
  time = START;

  private constructor(folder: string, state: State, identity: Identity, url: string, server: Server) {
    this.#folder = folder;
    this.#state = state;
    this.#server = server;
    this.identity = identity;
    this.url = url;
    this.room = openCloudWatch({
      path: join(folder, 'cloudwatch'),
      now: () => this.time,
      tick: 0,
      notifier: { notify: async () => undefined },
    });
    const door = createFrontDoor({
      services: [createCloudWatchService({ cloudWatch: this.room, now: () => this.time })],
      findAccessKey: (id) => identity.findAccessKey(id),
      authorizer: identity,
      report: async (report) => void this.reports.push(report),
      now: Date.now,
      defaultRegion: 'us-east-1',
    });
    server.on('request', (req, res) => void door(req, res));
    this.json = this.clientOf();
  }

  static async open(): Promise<CloudWatchHouse> {
    const folder = mkdtempSync(join(tmpdir(), 'cloudwatch-service-'));
    const state = openLmdbState(join(folder, 'state'));
    const identity = await openIdentity({ state, accountId: ACCOUNT, accounts: [], now: () => START });
    const server = createServer();
    await new Promise<void>((done) => {
      server.listen(0, '127.0.0.1', done);
    });
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new CloudWatchHouse(folder, state, identity, url, server);
  }

  /** As it was opened, but for metrics: no alarm, no report, the first time. */
  async clear(): Promise<void> {
    this.time = START;
    this.reports.length = 0;
    const place = { account: ACCOUNT, region: 'us-east-1' };
    await this.room.alarms.delete(
      place,
      this.room.alarms.list(place).map(({ name }) => name),
    );
  }

  async close(): Promise<void> {
    this.json.destroy();
    this.#server.closeAllConnections();
    this.#server.close();
    await this.room.close();
    await this.#state.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** The SDK, in the protocol that it speaks by itself or in another one. */
  clientOf(protocol?: 'query' | 'cbor'): client.CloudWatchClient {
    const defaultNamespace = 'com.amazonaws.cloudwatch';
    const xmlNamespace = 'http://monitoring.amazonaws.com/doc/2010-08-01/';
    return new client.CloudWatchClient({
      endpoint: this.url,
      region: 'us-east-1',
      credentials: this.identity.rootCredentials,
      maxAttempts: 1,
      ...(protocol === 'query' && {
        protocol: new AwsQueryProtocol({ defaultNamespace, xmlNamespace, version: '2010-08-01' }),
      }),
      ...(protocol === 'cbor' && {
        protocol: new AwsSmithyRpcV2CborProtocol({
          defaultNamespace,
          serviceTarget: 'GraniteServiceVersion20100801',
          awsQueryCompatible: true,
        } as never),
      }),
    });
  }

  putAlarm(more: Partial<client.PutMetricAlarmInput> = {}, by = this.json) {
    return by.send(new client.PutMetricAlarmCommand(alarmInput(more)));
  }

  putData(Namespace: string, ...MetricData: client.MetricDatum[]) {
    return this.json.send(new client.PutMetricDataCommand({ Namespace, MetricData }));
  }
}
