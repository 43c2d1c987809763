/**
 * `npm run bench -- normalise [--seconds 2]`: how many already parsed records a second are enriched and routed, and made
 * into each view, for each second of one processor; and with the parsing.
 */
import { parseArgs } from 'node:util';
import { createEnrichment, readEnrichmentSteps } from '../src/sources/enrich/index.ts';
import { VIEW_OF, VIEWS } from '../src/sources/normalise/index.ts';
import { compileRoute, readRoutingRules } from '../src/sources/route/index.ts';
import { generateEvents } from './generator.ts';

const { values: flags } = parseArgs({ options: { seconds: { type: 'string', default: '2' } } });
const wanted = Number(flags.seconds) * 1_000;

const made = generateEvents({ eventsPerSecond: 100 });
const texts = Array.from({ length: 20_000 }, () => made.next().value.raw.toString());
const records = texts.map((text) => JSON.parse(text) as unknown);

const rules = readRoutingRules({
  catch_all: 'default',
  tags: ['env:prod'],
  routing_criterion: [
    { key: 'userIdentity.type', value: 'Root', repository: 'security' },
    { key: 'eventName', value: 'Delete*', repository: 'security' },
    { key: 'errorCode', repository: 'errors' },
    { key: 'sourceIPAddress', value: '10.0.0.0/8', repository: 'internal' },
    { key: 'enrich.network.label', value: 'scanner', repository: 'security' },
    { key: 'eventSource', value: 'kms.amazonaws.com', operation: 'discard' },
    { key: 'resources.ARN', value: 'arn:aws:s3:::audit*', repository: 'audit' },
    { key: 'userAgent', value: '*terraform*', repository: 'deployments' },
  ],
});
const steps = readEnrichmentSteps([
  { type: 'accounts', accounts: { '111122223333': 'production' } },
  {
    type: 'cidr',
    ranges: Array.from({ length: 5_000 }, (_, at) => ({
      range: `${at >> 8}.${at & 255}.0.0/16`,
      label: 'scanner',
    })),
  },
  { type: 'table', rows: { AssumedRole: { kind: 'session' } }, field: 'userIdentity.type' },
]);
if (rules.kind === 'refused' || steps.kind === 'refused') throw new Error(JSON.stringify([rules, steps]));
const route = compileRoute(rules.policy);
const enrichment = createEnrichment({ directory: '/nonexistent', now: Date.now });
const { enrich } = await enrichment.open(steps.policy);

measure('JSON.parse alone', (at) => JSON.parse(texts[at] ?? '') as unknown);
measure('route (8 criteria)', (at) => route(records[at]));
measure('enrich (3 steps)', (at) => enrich(records[at]));
measure('enrich and route', (at) => route(records[at], enrich(records[at])));
measure('parse, enrich and route', (at) => {
  const record: unknown = JSON.parse(texts[at] ?? '');
  return route(record, enrich(record));
});
for (const name of VIEWS) {
  const view = VIEW_OF[name];
  measure(`view ${name}`, (at) => view(records[at]));
  measure(`view ${name}, as text`, (at) => JSON.stringify(view(records[at])));
}

function measure(name: string, work: (at: number) => unknown): void {
  for (let at = 0; at < 5_000; at++) work(at);
  // Of the processor's time: other work on the machine then does not count.
  const spent = () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1_000;
  };
  const begin = spent();
  let done = 0;
  while (spent() - begin < wanted) {
    for (let at = 0; at < records.length; at++) work(at);
    done += records.length;
  }
  const rate = (done / (spent() - begin)) * 1_000;
  console.log(`${name.padEnd(28)} ${Math.round(rate).toLocaleString('en').padStart(11)} records/CPU s`);
}
