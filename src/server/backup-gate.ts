import type { Journal } from '../journal/index.ts';
import type { Repos } from '../repos/index.ts';
import type { EventStore } from '../store/index.ts';
import type { TrailBucket } from '../trails/index.ts';
import { Turnstile } from './turnstile.ts';

/**
 * Stands between delivery and what it writes to, so that a backup can copy the delivery's state, the objects and the
 * history as they were at one moment: while the gate is shut no log file and no insert is half-way, new ones wait.
 * Without it a restored server would cut files anew that stand in its bucket already. Intake does not pass here.
 */
export class BackupGate {
  readonly #writes = new Turnstile();
  readonly #moves = new Turnstile();
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
        if (!this.holdsTrims) await journal.trim(before);
      },
      onAppend: (listener) => journal.onAppend(listener),
      size: () => journal.size(),
      close: () => journal.close(),
    };
  }

  /** Whether `holdTrims` is in force: what a backup has copied the places of must stay there. */
  get holdsTrims(): boolean {
    return this.#trimsHeld > 0;
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

  /** Runs `work` while nothing is being delivered. @throws Error when a write under way does not end in time */
  whileShut<T>(work: () => Promise<T>): Promise<T> {
    return this.#writes.whileShut(work);
  }

  /**
   * One room hands something that it owes to another: a log group its counts to the metrics, a topic a message to a
   * queue. It lets go of it afterwards, so that a copy of the one from before and of the other from after has it twice
   * at most; the other way around it would be in neither.
   */
  move<T>(handOver: () => Promise<T>): Promise<T> {
    return this.#moves.pass(handOver);
  }

  /** Runs `work` while no room hands anything to another: the rooms may be copied one after the other. */
  whileStill<T>(work: () => Promise<T>): Promise<T> {
    return this.#moves.whileShut(work);
  }

  #pass<T>(write: () => Promise<T>): Promise<T> {
    return this.#writes.pass(write);
  }
}
