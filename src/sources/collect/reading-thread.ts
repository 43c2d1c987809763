import { parentPort, workerData } from 'node:worker_threads';
import { createEnrichment, type OpenEnrichment } from '../enrich/index.ts';
import { SCANNED_PATHS } from '../parse/index.ts';
import { compileRoute } from '../route/index.ts';
import { BlockMemory } from './block-memory.ts';
import { type FileContent, readFile, type Treatment } from './read-file.ts';
import type { ReadAnswer, ReadOrder, ThreadReport, ThreadSettings } from './thread-messages.ts';

/** A thread that unpacks, cuts, parses, enriches and routes; see `createFileReaders`. */
const port = parentPort;
if (!port) throw new Error('reading-thread runs as a worker thread');
const { enrichmentDirectory } = workerData as ThreadSettings;

const enrichment = createEnrichment({ directory: enrichmentDirectory, now: Date.now });
const refreshing = setInterval(() => void enrichment.refresh().then(tell), 10_000);
refreshing.unref();

function tell(): void {
  const report: ThreadReport = { enrichment: { counts: enrichment.counts, files: enrichment.status() } };
  port?.postMessage(report);
}

/** Two files are in hand at once, and few are larger than three blocks. */
const memory = new BlockMemory(8);

/** Compiled treatments by the number that the pool gave them; an older one is closed when a newer one of its source comes. */
const treatments = new Map<string, { readonly version: number; readonly ready: Promise<Compiled> }>();

interface Compiled extends Treatment {
  readonly open: OpenEnrichment;
}

function treatmentOf(order: ReadOrder): Promise<Compiled> {
  const known = treatments.get(order.sourceId);
  if (known?.version === order.treatment.version) return known.ready;
  const { rules, steps, version } = order.treatment;
  const needsAll = steps.length > 0 || rules.criteria.some(({ key }) => !SCANNED_PATHS.has(key));
  const ready = enrichment
    .open(steps)
    .then((open) => ({ open, route: compileRoute(rules), enrich: open.enrich, needsAll }));
  treatments.set(order.sourceId, { version, ready });
  // Files that are being read by the older one hold their own reference to it.
  void known?.ready.then(({ open }) => open.close());
  void ready.then(tell);
  return ready;
}

port.on('message', (order: ReadOrder) => {
  memory.add(order.memory);
  void answer(order).then((answered) => {
    port.postMessage(answered, 'content' in answered ? buffersOf(answered.content) : []);
  });
});

async function answer(order: ReadOrder): Promise<ReadAnswer> {
  try {
    const treatment = await treatmentOf(order);
    return {
      number: order.number,
      content: await readFile({ ...order, body: Buffer.from(order.body) }, treatment, memory),
    };
  } catch (error) {
    return { number: order.number, failure: error instanceof Error ? error.message : String(error) };
  }
}

function buffersOf(content: FileContent): ArrayBuffer[] {
  return content.blocks.flatMap(({ block, marks }) => [
    block.buffer as ArrayBuffer,
    marks.buffer as ArrayBuffer,
  ]);
}
