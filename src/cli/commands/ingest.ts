import type { Command } from 'commander';
import { type AccessOptions, openApi, withAccessOptions } from '../access.ts';
import type { EventsAnswer } from '../admin-api.ts';
import { type ApiClient, ApiRefusal, NoAnswer } from '../api-client.ts';
import { type CliContext, CliError, write } from '../context.ts';
import { bodyOf, type RecordBatch, readBatches } from '../event-files.ts';

interface Options extends AccessOptions {
  readonly allowRefused?: boolean;
}

/** Requests in flight: hides the wait for the journal's sync, and stays far below any server's limit. */
const IN_FLIGHT = 4;
const MAX_TRIES = 10;

/** `opentrail ingest`: sends files of events, as they are. Sending a file twice is safe: event ids deduplicate. */
export function register(command: Command, context: CliContext): void {
  withAccessOptions(command)
    .argument('<file...>', 'NDJSON or {"Records":[…]} log files, gzip or not; - is standard input')
    .option('--allow-refused', 'exit with 0 also when records were refused')
    .addHelpText(
      'after',
      '\nExample:\n  npx opentrail ingest events.ndjson AWSLogs/*/CloudTrail/*/*/*/*/*.json.gz',
    )
    .action((files: readonly string[], options: Options) => ingest(files, options, context));
}

async function ingest(files: readonly string[], options: Options, context: CliContext): Promise<void> {
  const api = openApi(options, context);
  const tally = new Tally();
  const broken: string[] = [];
  const inFlight = new Set<Promise<void>>();
  for (const file of files) {
    try {
      for await (const batch of readBatches(file)) {
        while (inFlight.size >= IN_FLIGHT) await Promise.race(inFlight);
        const sent = send(api, batch, tally, context).finally(() => inFlight.delete(sent));
        inFlight.add(sent);
        // A failure is met at the race or at the end; until then nobody listens.
        sent.catch(() => undefined);
        if (context.err.isTTY) context.err.write(`\r${tally.summary()}`);
      }
    } catch (error) {
      if (!(error instanceof CliError) || error instanceof NoAnswer || error instanceof ApiRefusal)
        throw error;
      broken.push(error.message);
    }
  }
  await Promise.all(inFlight);
  if (context.err.isTTY) context.err.write('\r\u001b[K');
  await write(context.out, `${tally.summary()}\n`);
  for (const line of [...tally.reasons(), ...broken]) context.err.write(`${line}\n`);
  if (broken.length > 0 || (tally.refused > 0 && !options.allowRefused)) throw new CliError('');
}

async function send(api: ApiClient, batch: RecordBatch, tally: Tally, context: CliContext): Promise<void> {
  const type = batch.framing === 'lines' ? 'application/x-ndjson' : 'application/json';
  const body = bodyOf(batch);
  for (let attempt = 1; ; attempt++) {
    try {
      const answer = (await (await api.post('/v1/events', body, type)).json()) as EventsAnswer;
      return tally.add(batch, answer);
    } catch (error) {
      const isPassing = error instanceof ApiRefusal ? [429, 502, 503, 504].includes(error.status) : true;
      // Before anything worked a silent server is a wrong address, and the user should hear it at once.
      if (!isPassing || attempt === MAX_TRIES || (error instanceof NoAnswer && tally.read === 0)) throw error;
      await context.sleep(Math.min(10_000, 100 * 2 ** attempt) * (0.5 + Math.random() / 2));
    }
  }
}

/** What became of the records so far. */
class Tally {
  read = 0;
  accepted = 0;
  duplicate = 0;
  refused = 0;
  readonly #reasons = new Map<string, { count: number; readonly first: string }>();

  add(batch: RecordBatch, answer: EventsAnswer): void {
    if (answer.records?.length !== batch.records.length) {
      throw new CliError(
        `the server answered for ${answer.records?.length ?? 0} of ${batch.records.length} records`,
      );
    }
    this.read += batch.records.length;
    answer.records.forEach((outcome, index) => {
      this[outcome.status]++;
      if (outcome.status !== 'refused') return;
      const known = this.#reasons.get(outcome.reason);
      if (known) known.count++;
      else {
        const first = `${outcome.message} (first: ${batch.file}, record ${batch.first + index})`;
        this.#reasons.set(outcome.reason, { count: 1, first });
      }
    });
  }

  summary(): string {
    return `${this.read} read, ${this.accepted} accepted, ${this.duplicate} duplicate, ${this.refused} refused`;
  }

  reasons(): string[] {
    return [...this.#reasons].map(([reason, { count, first }]) => `  ${count} ${reason}: ${first}`);
  }
}
