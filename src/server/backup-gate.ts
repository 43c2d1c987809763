import type { Journal } from '../journal/index.ts';
import type { Repos } from '../repos/index.ts';
import type { EventStore } from '../store/index.ts';
import type { TrailBucket } from '../trails/index.ts';

/** How long a backup waits for the writes that are under way, ms: as long as a slow bucket's last try may take. */
const PATIENCE = 180_000;

/**
 * Stands between delivery and what it writes to, so that a backup can copy the delivery's state, the objects and the
 * history as they were at one moment: while the gate is shut no log file and no insert is half-way, new ones wait.
 * Without it a restored server would cut files anew that stand in its bucket already. Intake does not pass here.
 */
export class BackupGate {
  #open: Promise<void> | undefined;
  #underWay = 0;
  #whenIdle: (() => void) | undefined;
  #trimsHeld = 0;

  /** A trail's bucket whose puts wait while the gate is shut. */
  guardBucket(bucket: TrailBucket): TrailBucket {
    return {
      getBucketAcl: (name, source) => bucket.getBucketAcl(name, source),
      putObject: (request, source) => this.#pass(() => bucket.putObject(request, source)),
    };
  }

  /** An event store whose changes wait while the gate is shut; questions do not. */
  guardStore(store: EventStore): EventStore {
    return {
      insert: (events, token) => this.#pass(() => store.insert(events, token)),
      dropBefore: (time) => this.#pass(() => store.dropBefore(time)),
      lookup: (request) => store.lookup(request),
      scan: (request) => store.scan(request),
      size: () => store.size(),
      ready: () => store.ready(),
      close: () => store.close(),
    };
  }

  /** Repositories whose inserts wait while the gate is shut: a copied token must stand for copied rows. */
  guardRepos(
    repos: Pick<Repos, 'names' | 'ensure' | 'insertBlocks'>,
  ): Pick<Repos, 'names' | 'ensure' | 'insertBlocks'> {
    return {
      names: () => repos.names(),
      ensure: (name, settings) => this.#pass(() => repos.ensure(name, settings)),
      insertBlocks: (name, blocks, token) => this.#pass(() => repos.insertBlocks(name, blocks, token)),
    };
  }

  /** A journal that keeps everything while `holdTrims` is in force: the copied cursors must find their events. */
  guardJournal(journal: Journal): Journal {
    return {
      append: (events) => journal.append(events),
      head: () => journal.head(),
      tail: () => journal.tail(),
      read: (from, limits) => journal.read(from, limits),
      trim: async (before) => {
        if (this.#trimsHeld === 0) await journal.trim(before);
      },
      onAppend: (listener) => journal.onAppend(listener),
      size: () => journal.size(),
      close: () => journal.close(),
    };
  }

  /** Keeps the journal whole until the answer is called (twice does no harm). A trim under way may still end after this. */
  holdTrims(): () => void {
    this.#trimsHeld++;
    let held = true;
    return () => {
      if (held) this.#trimsHeld--;
      held = false;
    };
  }

  /**
   * Runs `work` while nothing is being delivered. @throws Error when a write under way does not end in time; the gate
   * is open again then.
   */
  async whileShut<T>(work: () => Promise<T>): Promise<T> {
    if (this.#open) throw new Error('the backup gate is shut already');
    let open = () => {};
    this.#open = new Promise<void>((done) => {
      open = done;
    });
    try {
      await this.#idle();
      return await work();
    } finally {
      this.#open = undefined;
      open();
    }
  }

  async #pass<T>(write: () => Promise<T>): Promise<T> {
    while (this.#open) await this.#open;
    this.#underWay++;
    try {
      return await write();
    } finally {
      this.#underWay--;
      if (this.#underWay === 0) this.#whenIdle?.();
    }
  }

  async #idle(): Promise<void> {
    if (this.#underWay === 0) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((done, fail) => {
      this.#whenIdle = done;
      timer = setTimeout(
        () => fail(new Error(`a delivery did not end within ${PATIENCE / 1000} s`)),
        PATIENCE,
      );
    }).finally(() => {
      clearTimeout(timer);
      this.#whenIdle = undefined;
    });
  }
}
