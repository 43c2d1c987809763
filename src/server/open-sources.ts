import { join } from 'node:path';
import type { Logger } from 'pino';
import type { Config } from '../config/index.ts';
import { resealForwards } from '../forward/index.ts';
import { createSourceConnect, type SourceConnect } from '../sources/connect/index.ts';
import {
  type CollectorControl,
  openPolicies,
  openSources,
  type Policies,
  policyUsers,
  type Sources,
} from '../sources/index.ts';
import { openSecretBox, type SecretBox } from '../sources/secret-box/index.ts';
import type { State } from '../state/index.ts';
import { isAllowedAddress } from '../topics/index.ts';
import { type OpenedCompleteness, openCompleteness } from './completeness/index.ts';
import type { DataDir } from './data-dir.ts';
import type { OwnTree } from './listener.ts';
import type { OpenedRepos } from './open-repos.ts';
import {
  applyFilePolicies,
  applyFileSources,
  catchUpRepos,
  createSourcesApi,
  keepRepos,
  openOrders,
  type SourcesRooms,
} from './sources-api/index.ts';
import { type HouseViews, openViews } from './views.ts';

/** The log sources of this house: for the collector, and for their API. */
export interface OpenedSources {
  readonly sources: Sources;
  readonly policies: Policies;
  readonly connect: SourceConnect;
  readonly repos: OpenedRepos['repos'];
  /** The views that searches and forwards may name. */
  readonly views: HouseViews;
  /** Seals secrets of other rooms too. */
  readonly box: SecretBox;
  /** `configapi` and `monitorapi`. */
  readonly trees: ReadonlyMap<string, OwnTree>;
  /** Lets the API know where repositories may be copied to, which is opened later. */
  useCopyTargets(isTarget: (name: string) => boolean): void;
  /** Lets the API reach the collector, which is opened later. */
  useCollector(control: CollectorControl): void;
  /** What the bucket promises beside what was collected: gauges, and events when something is missing. */
  readonly register: OpenedCompleteness['register'];
  close(): Promise<void>;
}

/** Opens the log sources and their policies, applies those of the config file, and carries out orders left undone. */
export async function openSourcesRoom(
  config: Config,
  house: {
    readonly state: State;
    readonly dir: DataDir;
    readonly repos: Pick<OpenedRepos, 'repos' | 'keeper' | 'useViews'>;
    readonly now: () => number;
    readonly log: Logger;
  },
): Promise<OpenedSources> {
  const { state, dir, now } = house;
  const log = house.log.child({ room: 'sources' });
  const onError = (what: string, error: unknown) => log.warn({ err: error }, what);
  const box = await openSecretBox({ path: join(dir.keys, 'secrets.json') });
  const sources = await openSources({ state, box });
  const policies: Policies = await openPolicies({
    state,
    now,
    usersOf: (kind, name) => [
      ...policyUsers(kind, name, {
        sources: sources.list(),
        routingPolicies: policies.list('routing'),
        normalizationPolicies: policies.list('normalization'),
      }),
      ...(kind === 'normalizer' ? views.usersOf(name) : []),
    ],
  });
  const isAllowed = (address: string) => isAllowedAddress(address, config.allowPrivateSources);
  const views = openViews(sources, policies);
  house.repos.useViews(views);
  let collector: CollectorControl | undefined;
  let copyTargets: ((name: string) => boolean) | undefined;
  const connect = createSourceConnect({ isAllowed });
  const completeness = openCompleteness(
    {
      ...{ sources, connect, state, now },
      collectedOf: (id) =>
        collector?.outcome && { outcome: (bucket, key) => collector?.outcome?.(id, bucket, key) },
    },
    { account: config.accountId, region: config.region, log },
  );
  const rooms: SourcesRooms = {
    sources,
    policies,
    connect,
    completeness,
    now,
    isAllowedAddress: isAllowed,
    isCopyTarget: (name) => copyTargets?.(name),
    control: () => collector,
    keepRepo: keepRepos(house.repos.keeper),
  };
  const settling = catchUpRepos(policies, house.repos.keeper, onError);
  await applyFilePolicies(config, rooms);
  await applyFileSources(config.sources ?? [], rooms, { env: process.env, log });
  const orders = await openOrders({ state, box, rooms, onError });
  const reseal = async () =>
    (await sources.reseal()) + (await orders.reseal()) + (await resealForwards(state, box));
  if (box.isRotating) await box.finishRotation(reseal);
  return {
    sources,
    policies,
    connect: rooms.connect,
    repos: house.repos.repos,
    views,
    box,
    trees: createSourcesApi(rooms, orders, config.accountId, () => box.rotate(reseal)),
    register: (metrics, take) => completeness.register(metrics, take),
    useCopyTargets(isTarget) {
      copyTargets = isTarget;
    },
    useCollector(control) {
      collector = control;
    },
    async close() {
      await completeness.close();
      await orders.close();
      await settling;
    },
  };
}
