import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';
import { describeWith, type Outcome, run, works } from './programs.ts';
import type { TestServer } from './server.ts';

const root = join(import.meta.dirname, '..', '..');

/** Folders in which machines without network keep Terraform's providers; each holds `registry.terraform.io`. */
const mirror = [
  process.env.TF_PLUGIN_MIRROR ?? '',
  '/opt/tf-plugins',
  '/usr/share/terraform/plugins',
  '/usr/local/share/terraform/plugins',
  join(process.env.HOME ?? '/', '.terraform.d', 'plugins'),
].find((folder) => folder !== '' && existsSync(join(folder, 'registry.terraform.io', 'hashicorp', 'aws')));

/** A group of tests that need Terraform and the AWS provider on this machine. */
export function describeTerraform(name: string, tests: () => void): void {
  describeWith('terraform', works('terraform', '-version') && mirror !== undefined, name, tests);
}

/**
 * The configuration that a page prints after its mark `<!-- terraform -->`.
 * @throws Error when there is none: a renamed mark must not make a test pass
 */
export function configurationOf(page: string): string {
  const match = /<!-- terraform -->\n+```hcl\n(.*?)^```$/ms.exec(readFileSync(join(root, page), 'utf8'));
  if (match?.[1] === undefined) throw new Error(`${page} has no configuration after its mark`);
  return match[1];
}

/** The unmodified Terraform in a folder of its own, as root of a server's main account. */
export class Terraform {
  readonly #server: TestServer;
  readonly #folder: string;

  constructor(server: TestServer) {
    this.#server = server;
    this.#folder = join(server.folder, 'terraform');
    mkdirSync(this.#folder);
    this.write(
      'cli.tfrc',
      `provider_installation {\n  filesystem_mirror {\n    path = "${mirror}"\n  }\n}\n`,
    );
  }

  /** Writes a file of the configuration; `module/main.tf` makes the module's folder. */
  write(file: string, text: string): void {
    const path = join(this.#folder, file);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  async init(): Promise<void> {
    await this.#succeed('init', '-input=false');
  }

  /** Answers with what it printed: `Apply complete! Resources: 3 added, …`. */
  async apply(): Promise<string> {
    return await this.#succeed('apply', '-auto-approve', '-input=false');
  }

  /** What was applied reads back as it was written. */
  async expectNothingToDo(): Promise<void> {
    await this.#succeed('plan', '-detailed-exitcode', '-input=false');
  }

  async destroy(): Promise<string> {
    return await this.#succeed('destroy', '-auto-approve', '-input=false');
  }

  async #succeed(...args: readonly string[]): Promise<string> {
    const outcome = await this.#run(...args);
    expect(
      outcome,
      `terraform ${args[0]}; the server said: ${this.#server.output.slice(-3000)}`,
    ).toMatchObject({ status: 0 });
    return outcome.stdout;
  }

  async #run(...args: readonly string[]): Promise<Outcome> {
    const env = {
      ...this.#server.env,
      TF_CLI_CONFIG_FILE: join(this.#folder, 'cli.tfrc'),
      TF_IN_AUTOMATION: '1',
      CHECKPOINT_DISABLE: '1',
    };
    return await run('terraform', [...args, '-no-color'], { env, cwd: this.#folder, milliseconds: 180_000 });
  }
}
