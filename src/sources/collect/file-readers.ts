import { extname } from 'node:path';
import { Worker } from 'node:worker_threads';
import { BlockMemory } from './block-memory.ts';
import { EnrichmentWatch } from './enrichment-watch.ts';
import type { FileContent } from './read-file.ts';
import type { ReadAnswer, ReadOrder, ThreadReport, ThreadSettings } from './thread-messages.ts';

/** Reads files in threads of its own, so that the server answers meanwhile. */
export interface FileReaders {
  /** There will be files: a thread that is started before the first of them is there has loaded its modules by then. */
  prepare(): void;
  /** Takes the body's memory. Rejects when the thread broke, not for what the file holds. */
  read(order: Omit<ReadOrder, 'number' | 'memory'>): Promise<FileContent>;
  /** Takes the memory of what was read back: nobody looks at its blocks any more. */
  reuse(content: FileContent): void;
  /** How the operator's enrichment files are doing, in all threads. */
  readonly enrichment: EnrichmentWatch;
  close(): Promise<void>;
}

interface Waiting {
  readonly order: Omit<ReadOrder, 'memory'>;
  readonly resolve: (content: FileContent) => void;
  readonly reject: (error: Error) => void;
}

/** Orders that lie with a thread: one that it works on and one that it goes on with. */
const AT_ONCE = 2;
/** Pieces of memory that go along with an order, and that wait for one. */
const PIECES = 4;
const SPARE_PIECES = 16;

interface Thread {
  readonly worker: Worker;
  readonly working: Map<number, Waiting>;
}

/** Threads start with the first file, or before; one that breaks is replaced, and the files it had are given back as failed. */
export function createFileReaders(threads: number, settings: ThreadSettings): FileReaders {
  const queue: Waiting[] = [];
  const running = new Set<Thread>();
  const enrichment = new EnrichmentWatch();
  const memory = new BlockMemory(SPARE_PIECES);
  let number = 0;
  let closed = false;

  function start(): Thread {
    const file = new URL(`./reading-thread${extname(import.meta.url)}`, import.meta.url);
    const worker = new Worker(file, {
      workerData: settings,
      resourceLimits: { maxOldGenerationSizeMb: 512 },
    });
    const thread: Thread = { worker, working: new Map() };
    worker.unref();
    worker.on('message', (answer: ReadAnswer | ThreadReport) => {
      if ('enrichment' in answer) return enrichment.take(worker.threadId, answer.enrichment);
      const waiting = thread.working.get(answer.number);
      thread.working.delete(answer.number);
      if ('content' in answer) waiting?.resolve(revive(answer.content));
      else waiting?.reject(new Error(`a file could not be read: ${answer.failure}`));
      dispatch();
    });
    const end = (error: Error) => {
      if (!running.delete(thread)) return;
      for (const { reject } of thread.working.values()) reject(error);
      if (!closed) dispatch();
    };
    worker.on('error', end);
    worker.on('exit', (code) => end(new Error(`a reading thread ended with ${code}`)));
    running.add(thread);
    return thread;
  }

  function dispatch(): void {
    while (queue.length > 0) {
      let free = [...running].sort((a, b) => a.working.size - b.working.size)[0];
      if (free === undefined || (free.working.size > 0 && running.size < threads)) free = start();
      if (free.working.size >= AT_ONCE) return;
      const waiting = queue.shift()!;
      free.working.set(waiting.order.number, waiting);
      const order: ReadOrder = { ...waiting.order, memory: memory.give(PIECES) };
      free.worker.postMessage(order, [order.body.buffer, ...order.memory]);
    }
  }

  return {
    enrichment,
    prepare() {
      if (!closed && running.size === 0) start();
    },
    read(order) {
      if (closed) return Promise.reject(new Error('the reading threads are closed'));
      return new Promise((resolve, reject) => {
        queue.push({ order: { ...order, number: number++ }, resolve, reject });
        dispatch();
      });
    },
    reuse({ blocks }) {
      memory.add(blocks.map(({ block }) => block.buffer as ArrayBuffer));
    },
    async close() {
      closed = true;
      for (const { reject } of queue.splice(0)) reject(new Error('the reading threads are closed'));
      await Promise.all([...running].map(({ worker }) => worker.terminate()));
    },
  };
}

/** Buffers arrive as plain arrays. */
function revive(content: FileContent): FileContent {
  return {
    ...content,
    blocks: content.blocks.map(({ block, marks }) => ({
      block: Buffer.from(block.buffer, block.byteOffset, block.byteLength),
      marks: Buffer.from(marks.buffer, marks.byteOffset, marks.byteLength),
    })),
  };
}
