import { expect } from 'vitest';
import { AwsForks } from './aws-forks.ts';
import { type Outcome, run } from './programs.ts';

/** A value of the JSON that the AWS CLI prints, as far as tests look into it. */
export interface Json {
  readonly [name: string]: unknown;
}

/** Started by the first command of a test file. */
let forks: AwsForks | 'unset' | undefined = 'unset';

/** The unmodified AWS CLI with a given environment. */
export class Aws {
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string | undefined;

  constructor(env: Readonly<Record<string, string>>, cwd?: string) {
    this.env = env;
    this.cwd = cwd;
  }

  /** Another person, Region or endpoint. */
  with(env: Readonly<Record<string, string>>): Aws {
    return new Aws({ ...this.env, ...env }, this.cwd);
  }

  /** Runs to the end, well or not. */
  async run(...args: readonly string[]): Promise<Outcome> {
    if (forks === 'unset') forks = AwsForks.start();
    if (forks === undefined) return await this.runProcess(...args);
    return await forks.run({ args, env: this.env, cwd: this.cwd, milliseconds: 120_000 });
  }

  /** The same as a process of its own, as a shell starts it. */
  async runProcess(...args: readonly string[]): Promise<Outcome> {
    return await run('aws', args, { env: this.env, cwd: this.cwd });
  }

  /** Runs a command that must succeed; answers with what it printed. */
  async text(...args: readonly string[]): Promise<string> {
    const outcome = await this.run(...args);
    expect(outcome, `aws ${args.join(' ')}`).toMatchObject({ status: 0 });
    return outcome.stdout;
  }

  /** Runs a command that must succeed and print JSON (or nothing, which reads as an empty object). */
  async json(...args: readonly string[]): Promise<Json> {
    const text = await this.text(...args, '--output', 'json');
    return text.trim() === '' ? {} : JSON.parse(text);
  }

  /** Runs a command that must be refused; answers with the words `An error occurred (Code) …`. */
  async refusal(...args: readonly string[]): Promise<string> {
    const outcome = await this.run(...args);
    expect(outcome.status, `aws ${args.join(' ')} printed ${outcome.stdout}`).not.toBe(0);
    return outcome.stderr.trim();
  }
}
