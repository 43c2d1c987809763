import { Writable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { run as runCli } from '../../src/cli/main.ts';
import { Aws } from './aws.ts';
import { FakeAws } from './fake-aws.ts';
import { describeWith, type Outcome, works } from './programs.ts';
import { HOUR, iso } from './signed-chain.ts';
import { makeScene, START, TAMPERINGS, type Tampering } from './tampering/index.ts';

class Text extends Writable {
  text = '';
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

async function ours(fake: FakeAws, ...args: readonly string[]): Promise<Outcome> {
  const [out, err] = [new Text(), new Text()];
  const context = { env: fake.env, out, err, now: () => START + 5 * HOUR, sleep: async () => undefined };
  const status = await runCli(['validate-logs', '--jobs', '1', ...args], context);
  return { status, stdout: out.text, stderr: err.text };
}

const argsFor = (arn: string, row: Tampering) => [
  ...['--trail-arn', arn, '--verbose'],
  ...['--start-time', iso(START), '--end-time', iso(START + (row.hours ?? 5) * HOUR)],
];

/** What opentrail says after the AWS CLI's own words. */
function findingsIn(stdout: string): string[] {
  return [...stdout.matchAll(/^(?:FOUND|Note): (\S+)/gm)].map((match) => match[1] ?? '');
}

/** Warnings have harmless reasons too, and leave the exit code alone. */
const ERRORS = /^FOUND: /m;

describeWith('the AWS CLI', works('aws', '--version'), 'validate-logs and the AWS CLI', () => {
  describe.concurrent('say the same, and opentrail finds more', () => {
    test.each(TAMPERINGS)('$name', async (row) => {
      const fake = await FakeAws.start();
      try {
        const scene = makeScene(fake);
        row.do(scene);
        const args = argsFor(scene.chain.arn, row);
        const theirs = await new Aws(fake.env).run('cloudtrail', 'validate-logs', ...args);
        const mine = await ours(fake, ...args);
        expect(theirs.status, theirs.stderr).toBe(row.cli);
        expect(findingsIn(mine.stdout), mine.stdout).toEqual(row.finds ?? []);
        if (row.cli === 255) {
          expect(mine.stderr).toBe(`opentrail: ${theirs.stderr.trim()}\n`);
          expect(mine.status).toBe(255);
          return;
        }
        if (!row.differs) {
          const said = row.finds ? mine.stdout.slice(0, theirs.stdout.length) : mine.stdout;
          expect(said).toBe(theirs.stdout);
          expect(mine.stderr).toBe(theirs.stderr);
        }
        expect(mine.status).toBe(row.cli === 1 || row.differs || ERRORS.test(mine.stdout) ? 1 : 0);
      } finally {
        await fake.stop();
      }
    });
  });
});
