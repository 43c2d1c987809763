import { HOUR } from '../signed-chain.ts';
import { build } from './changes.ts';
import { must, START, type Tampering } from './scene.ts';

const MINUTE = 60_000;

/** What can be done with records and lists of log files, by someone who can sign. */
export const RECORDS: readonly Tampering[] = [
  {
    name: 'record: one event in two files',
    cli: 0,
    finds: ['record-twice'],
    do: build((chain) => {
      const id = chain.eventId();
      chain.hours(START, 4);
      const logs = [40, 50].map((minute) =>
        chain.log(START + 4 * HOUR + minute * MINUTE, { ids: [id, chain.eventId()] }),
      );
      chain.digest(START + 5 * HOUR, { logs });
    }),
  },
  {
    name: 'record: one event twice in a file',
    cli: 0,
    finds: ['record-twice'],
    do: build((chain) => {
      const id = chain.eventId();
      chain.hours(START, 4);
      chain.digest(START + 5 * HOUR, {
        logs: [chain.log(START + 4.5 * HOUR, { ids: [id, chain.eventId(), id] })],
      });
    }),
  },
  {
    name: 'record: a log file that two digests list',
    cli: 0,
    finds: ['log-listed-twice'],
    do: build((chain) => {
      chain.hours(START, 4);
      chain.digest(START + 5 * HOUR, { logs: [must(chain.logs[3])] });
    }),
  },
];
