import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from 'pino';
import { type CallReport, createFrontDoor } from '../aws/index.ts';
import type { Config } from '../config/index.ts';
import { openKeyRing } from '../digest/index.ts';
import { writeFileDurably } from '../durable-file/index.ts';
import { openIdentity } from '../identity/index.ts';
import { createIngest } from '../ingest/index.ts';
import { openLmdbJournal, yieldToIntake } from '../journal/index.ts';
import { createTrailLogGroup } from '../logs/index.ts';
import { openFsObjectStore } from '../objects/index.ts';
import { createCloudTrailService, createRateLimiter } from '../services/cloudtrail/index.ts';
import { createIamService } from '../services/iam/index.ts';
import { createEmbeddedTrailBucket, createS3Service } from '../services/s3/index.ts';
import { createSnsService } from '../services/sns/index.ts';
import { createStsService } from '../services/sts/index.ts';
import { openLmdbState } from '../state/index.ts';
import { createTrailTopic } from '../topics/index.ts';
import { openTrails } from '../trails/index.ts';
import { createBackup } from './backup.ts';
import { BackupGate } from './backup-gate.ts';
import { callEvent } from './call-events.ts';
import type { DataDir } from './data-dir.ts';
import { watchDiskSpace } from './disk-space.ts';
import { journalRefusal } from './journal-refusal.ts';
import { publicKey } from './keys-api.ts';
import { createListener } from './listener.ts';
import { createMetrics } from './metrics.ts';
import { movedBus, movedLogs, movedSink, movedTopics } from './moves.ts';
import { openNeighbours } from './neighbours.ts';
import { openAnchors } from './open-anchors.ts';
import { openCloudWatchRoom } from './open-cloudwatch.ts';
import { openCollectorRoom } from './open-collector.ts';
import { openDeliveryRoom } from './open-delivery.ts';
import { openEventBusRoom } from './open-event-bus.ts';
import { openForwardRoom } from './open-forward.ts';
import { openLogsRoom } from './open-logs.ts';
import { openQueuesRoom } from './open-queues.ts';
import { openHouseRepos } from './open-repos.ts';
import { openSourcesRoom } from './open-sources.ts';
import { openStore } from './open-store.ts';
import { openTopicsRoom, registerTopics } from './open-topics.ts';
import { ownCallEvent } from './own-call-events.ts';
import { createOpenPaths, createOwnPaths } from './own-paths.ts';
import { KNOWN_REGIONS } from './regions.ts';
import { spareDisk } from './spare-disk.ts';

/** All rooms, opened bottom-up and wired. */
export interface House {
  listen(req: IncomingMessage, res: ServerResponse): void;
  /** Told once the port is known: it stands in what topics send out. */
  setUrl(url: string): void;
  /** Stops top-down: nothing new comes in, what was accepted is durable. */
  close(): Promise<void>;
}

/** `onBroken` is called when the journal can write no more: the process should end. */
export async function openHouse(
  config: Config,
  dir: DataDir,
  log: Logger,
  onBroken: (what: string, error: unknown) => void,
): Promise<House> {
  const now = Date.now;
  const state = openLmdbState(dir.state);
  const journal = openLmdbJournal({
    path: dir.journal,
    now,
    onBroken: (error) => onBroken('the journal broke', error),
  });
  const objects = await openFsObjectStore({ path: dir.objects, now });
  const opened = await openStore(config, dir, log);
  const { store, connect, engineSocket } = opened;
  const repos = await openHouseRepos({ config, connection: connect(), store, state, now, log });
  const sources = await openSourcesRoom(config, { state, dir, repos, now, log });
  const gate = new BackupGate();
  const collecting = await openCollectorRoom({
    ...{ path: dir.path, sources, repos: gate.guardRepos(repos.repos), now, log },
    held: () => repos.repos.list(),
    mayRemove: () => !gate.holdsTrims,
    onBroken: (error) => onBroken('the log of collected records broke', error),
  });
  const disk = await watchDiskSpace(dir.path, config.minFreeDisk);
  const spared = spareDisk(opened, disk, log);
  const refusal = () => disk.refusal() ?? journalRefusal(journal, config.journalMaxBytes);

  const identity = await openIdentity({
    state,
    accountId: config.accountId,
    accounts: config.accounts,
    now,
    ...(config.rootAccessKeyId !== undefined &&
      config.rootSecretAccessKey !== undefined && {
        rootCredentials: { accessKeyId: config.rootAccessKeyId, secretAccessKey: config.rootSecretAccessKey },
      }),
  });
  const writeRootCredentials = () =>
    writeFileDurably(dir.credentialsFile, `${JSON.stringify(identity.rootCredentials)}\n`);
  await writeRootCredentials();

  let url = '';
  const queues = openQueuesRoom(config, { dir, identity, gate, disk, now, log });
  const topics = await openTopicsRoom(config, { state, now, url: () => url, queues: queues.sender, log });
  const told = movedTopics(topics, gate);
  const watch = openCloudWatchRoom({ dir, identity, topics: told, disk, now, log });
  const metered = movedSink(watch.sink, gate);
  const groups = openLogsRoom(config, { dir, metrics: metered, sender: queues.sender, disk, now, log });
  const { logs } = groups;
  const head = () => journal.head().seq;
  const events = openEventBusRoom(config, {
    ...{ dir, state, identity, topics: told, queues: queues.sender, logs: movedLogs(logs, gate) },
    ...{ disk, head, now, log },
  });
  const logGroup = createTrailLogGroup({ logs, identity, now });
  const ingest = createIngest({ journal, now, refusal, ownRefusal: () => disk.ownRefusal() });
  const neighbours = openNeighbours(config, {
    bucket: createEmbeddedTrailBucket({ objects, authorizer: identity }),
    topic: createTrailTopic({ topics, authorizer: identity }),
  });
  const { topic } = neighbours;
  const bucket = gate.guardBucket(neighbours.bucket);
  const trails = await openTrails({
    state,
    bucket,
    topic,
    logGroup,
    ...(neighbours.kms && { kms: neighbours.kms }),
    head,
    now,
    limits: config.limits,
    knownRegions: KNOWN_REGIONS,
    ...(config.accounts === 'any' && { collectorAccount: config.accountId }),
    onDeleted: (trail) => delivering.retireSoon(trail),
  });
  const keys = openKeyRing({ state, path: dir.keys, now });
  const anchors = openAnchors(config, { keys, now, log });
  const paced = yieldToIntake(journal, { now });
  const forwards = await openForwardRoom(config, {
    ...{ path: dir.path, state, sources, collected: collecting.log, journal: paced, now, log },
  });
  const delivering = await openDeliveryRoom(config, {
    ...{ state, journal: paced, store, trails, logGroup, events, forwards, gate, bucket, topic, keys },
    ...{ onDigestHead: anchors.onHead, now, log },
  });
  const { delivery, logGroups } = delivering;
  const { minFreeDisk } = config;
  const backup = await createBackup({ dir, gate, objects, store, engineSocket, minFreeDisk, now });
  const metrics = createMetrics({
    ...{ ingest: ingest.counters, journal, delivery, logGroups, store, anchors, now },
  });
  watch.register(metrics, logs);

  async function report(call: CallReport): Promise<void> {
    const event = callEvent(call, config.accountId);
    if (event) await ingest.takeOwn(event);
  }

  const limiter = config.limits === 'aws' ? createRateLimiter(now) : undefined;
  const frontDoor = createFrontDoor({
    services: [
      createCloudTrailService({
        trails,
        store,
        deliveryStatus: async (uid) => (await delivery.status(uid)) ?? {},
        publicKeys: async (start, end, region) => (await keys.valid(region, start, end)).map(publicKey),
        historyDays: config.historyDays,
        now,
        limits: config.limits,
      }),
      createS3Service({
        objects,
        authorizer: identity,
        now,
        defaultRegion: config.region,
        destinations: queues.notify({ objects, topics: told, eventBus: movedBus(events.bus, gate) }),
      }),
      createSnsService({ topics, authorizer: identity, now }),
      createIamService({ identity, now }),
      groups.service,
      createStsService({ identity, now }),
      watch.service,
      queues.service,
      events.service,
    ],
    findAccessKey: (id) => identity.findAccessKey(id),
    authorizer: identity,
    report,
    ...(limiter && { admit: limiter }),
    now,
    countNotImplemented: metrics.countNotImplemented,
    defaultRegion: config.region,
    onError: (error, call) => log.error({ err: error, operation: call?.operation }, 'a call failed inside'),
  });

  queues.register(metrics);
  groups.register(metrics);
  events.register(metrics);
  registerTopics(metrics, topics);
  repos.register(metrics);
  forwards.register(metrics);
  collecting.register(metrics);
  sources.register(metrics, (event) => ingest.takeOwn(event));
  const listener = createListener({
    frontDoor,
    ownPaths: createOwnPaths({
      config,
      ingest,
      store,
      delivery,
      keys,
      identity,
      now,
      writeRootCredentials,
      backup,
      log,
      more: new Map([...repos.paths, ...forwards.paths]),
    }),
    openPaths: createOpenPaths({ metrics, refusal, topics }),
    ownTrees: sources.trees,
    admitDependencies: { identity, now, region: config.region },
    record: async (req, call, error, what) => {
      const event = ownCallEvent(req, call, now(), error, what);
      if (event) await ingest.takeOwn(event);
    },
    log,
  });

  return {
    listen: listener,
    setUrl(value) {
      url = value;
    },
    async close() {
      disk.close();
      await spared();
      await delivering.close();
      await anchors.close();
      neighbours.close();
      await Promise.all([queues.stopSending(), groups.stopSending()]);
      await events.close();
      await topics.close();
      await queues.close();
      await forwards.close();
      await collecting.close();
      await sources.close();
      await repos.close();
      await store.close();
      await objects.close();
      await logs.close();
      await watch.close();
      await journal.close();
      await state.close();
    },
  };
}
