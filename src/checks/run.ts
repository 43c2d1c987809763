import { writeFileSync } from 'node:fs';
import { conceal } from './conceal.ts';
import { Deadline } from './deadline.ts';
import { CheckFailure } from './failure.ts';
import { checkModeVersion } from './mode-version.ts';
import { MODES } from './modes/all-modes.ts';
import type { Mode, ModeContext } from './modes/mode.ts';
import { MULTI_OPTIONS, runMulti } from './modes/multi.ts';
import { GLOBAL_OPTIONS } from './options/global-options.ts';
import type { OptionValues } from './options/option-values.ts';
import { OUTPUT_OPTIONS } from './options/output-options.ts';
import { complaintAbout, parseOptions } from './options/parse-options.ts';
import { renderDiscovered, renderDiscoveryFormat } from './output/discovery.ts';
import { type OutputSettings, readOutputSettings } from './output/output-settings.ts';
import { type Rendered, renderFailure, renderResult } from './output/render.ts';
import { Report } from './output/report.ts';
import { substitute } from './perl/substitute.ts';
import {
  CUSTOM_MODES,
  customModesAnswer,
  helpAnswer,
  modesAnswer,
  PLUGIN_NAME,
  pluginsAnswer,
  versionAnswer,
} from './plugin.ts';
import { runAs } from './run-as.ts';
import { secretPlace } from './secrets/secret-place.ts';
import type { Environment } from './source/credentials.ts';
import { Sources } from './source/open-source.ts';

/** The world as a check sees it; tests hand in another one. */
export interface CheckContext {
  readonly env: Environment;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** How this program is started again, for `--runas`: the interpreter and the script. */
  readonly command: readonly string[];
}

const FIRST_OPTIONS = [...GLOBAL_OPTIONS, ...OUTPUT_OPTIONS];

/** Runs one check: the arguments without interpreter and script. Never throws. */
export async function runCheck(argv: readonly string[], context: CheckContext): Promise<Rendered> {
  return await new Run(argv, context).finish();
}

class Run {
  readonly #context: CheckContext;
  #argv: readonly string[];
  #env: Environment;
  #options: OptionValues;
  #report: Report;
  #settings: OutputSettings | undefined;

  constructor(argv: readonly string[], context: CheckContext) {
    this.#argv = argv;
    this.#context = context;
    this.#env = context.env;
    this.#options = parseOptions(argv, FIRST_OPTIONS).values;
    this.#report = this.#newReport();
  }

  async finish(): Promise<Rendered> {
    let rendered: Rendered;
    try {
      rendered = await this.#run();
    } catch (error) {
      rendered = this.#fail(error);
    }
    return { ...rendered, text: conceal(rendered.text, this.#options, this.#env) };
  }

  #newReport(): Report {
    const options = this.#options;
    return new Report({
      plugin: options.get('plugin') ?? PLUGIN_NAME,
      mode: options.get('mode'),
      longNames:
        options.has('use-new-perfdata') ||
        options.has('output-openmetrics') ||
        options.get('mode') === 'multi',
      debugging: options.has('debug') || options.has('debug-stream'),
    });
  }

  #fail(error: unknown): Rendered {
    const failure =
      error instanceof CheckFailure
        ? error
        : new CheckFailure(`internal error: ${String((error as Error)?.message ?? error).split('\n')[0]}`);
    const settings = this.#settings ?? plainSettings();
    try {
      return renderFailure(this.#report, settings, failure, this.#context.now());
    } catch {
      // The option that changes the output is itself what is wrong.
      const plain = { ...settings, shortChanges: [], rules: [] };
      return renderFailure(this.#report, plain, failure, this.#context.now());
    }
  }

  async #run(): Promise<Rendered> {
    const first = this.#options;
    this.#settings = readOutputSettings(first, (known) => {
      this.#settings = known;
    });
    this.#convertArguments();
    this.#setEnvironment();
    if (first.has('list-plugin')) throw pluginsAnswer();
    if (first.has('version') && first.text('plugin') === undefined) throw versionAnswer('Global');
    const again = this.#runAsAnother();
    if (again) return again;
    if (!isPlugin(first.text('plugin') ?? PLUGIN_NAME))
      throw new CheckFailure('Cannot load module --plugin.');
    const { customMode, mode } = this.#choose();
    this.#options.text('region') ?? fail('Need to specify --region option.');
    for (const statistic of this.#options.list('statistic')) {
      if (!/minimum|maximum|average|sum/.test(statistic)) fail(`Statistic '${statistic}' is not handled`);
    }
    if (mode !== 'multi') mode.check?.(this.#options);
    return await this.#ask(customMode, mode);
  }

  /** Whatever the command line wants other than a check is answered here; then all its options are read. */
  #choose(): { readonly customMode: string; readonly mode: Mode | 'multi' } {
    const first = this.#options;
    const noMode = first.get('mode') === undefined && first.get('dyn-mode') === undefined;
    if (first.has('help') && noMode) throw helpAnswer();
    if (first.has('version') && noMode) throw versionAnswer('Plugin');
    if (first.has('list-mode')) throw modesAnswer();
    if (first.has('list-custommode')) throw customModesAnswer();
    const manager = secretPlace(first.text('pass-manager'));
    const customMode = first.text('custommode') ?? fail("Need to specify '--custommode'.");
    if (!CUSTOM_MODES.has(customMode)) {
      fail(`mode '${customMode}' doesn't exist (use --list-custommode option to show available modes).`);
    }
    const mode = chooseMode(first);
    if (first.has('help')) throw helpAnswer({ customMode, mode, manager });
    if (first.has('version')) throw versionAnswer('Mode');
    checkModeVersion(first.text('mode-version'));
    const { values, rest } = parseOptions(this.#argv, [
      ...FIRST_OPTIONS,
      ...CUSTOM_MODES.get(customMode)!,
      ...(manager?.options ?? []),
      ...(mode === 'multi' ? MULTI_OPTIONS : mode.options),
    ]);
    this.#options = values;
    const complaint = complaintAbout(rest);
    if (complaint !== undefined && !first.has('no-sanity-options')) {
      throw new CheckFailure(complaint, { plain: true });
    }
    manager?.apply(values, this.#env);
    return { customMode, mode };
  }

  async #ask(customMode: string, mode: Mode | 'multi'): Promise<Rendered> {
    const options = this.#options;
    const deadline = readDeadline(options, customMode);
    const { now } = this.#context;
    const sources = new Sources({ options, env: this.#env, deadline, report: this.#report, now });
    const context: ModeContext = {
      options,
      report: this.#report,
      source: () => sources.trails(customMode),
      buckets: async () => ({
        reader: await sources.buckets(customMode),
        isDear: customMode === 'awscli',
      }),
      fetchOwn: (path) => sources.own(path),
      env: this.#env,
      now,
      precision: this.#settings!.floatPrecision,
    };
    try {
      if (this.#settings!.disco !== undefined) return await discover(mode, context, this.#settings!);
      await (mode === 'multi' ? runMulti(context) : mode.run(context));
    } finally {
      deadline.stop();
      sources.close();
    }
    return this.#show(mode !== 'multi' && mode.isList === true);
  }

  /** The result goes to the output file, if there is one, else to standard output. */
  #show(list: boolean): Rendered {
    const settings = this.#settings!;
    const rendered = renderResult(this.#report, settings, this.#context.now(), { list });
    if (settings.file === undefined) return rendered;
    try {
      writeFileSync(settings.file, conceal(rendered.text, this.#options, this.#env));
      return { ...rendered, text: '' };
    } catch (error) {
      const reason =
        (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'No such file or directory' : 'not writable';
      this.#report.say('UNKNOWN', `cannot open file  '${settings.file}': ${reason}`);
      return renderResult(this.#report, settings, this.#context.now(), { list });
    }
  }

  /** `--convert-args=search,replacement`, for characters that cannot travel to us. */
  #convertArguments(): void {
    const match = /^(.+?),([\s\S]*)/.exec(this.#options.get('convert-args') ?? '');
    if (!match) return;
    this.#argv = this.#argv.map((word) =>
      word.startsWith('--convert-args') ? word : substitute(word, match[1]!, match[2]!, 'g'),
    );
    this.#options = parseOptions(this.#argv, FIRST_OPTIONS).values;
    this.#report = this.#newReport();
  }

  #setEnvironment(): void {
    for (const pair of this.#options.list('environment')) {
      const match = /^(.+?)=([\s\S]*)$/.exec(pair);
      if (match) this.#env = { ...this.#env, [match[1]!]: match[2]! };
    }
  }

  #runAsAnother(): Rendered | undefined {
    const user = this.#options.text('runas');
    if (user === undefined) return undefined;
    const words = this.#argv.filter((word, at) => !isRunAs(word) && !(this.#argv[at - 1] === '--runas'));
    return runAs(user, [...this.#context.command, ...words]);
  }
}

function isRunAs(word: string): boolean {
  return word === '--runas' || word.startsWith('--runas=');
}

/** The name with `::`, or the path that the old program also took. */
function isPlugin(name: string): boolean {
  return name === PLUGIN_NAME || name.replace(/\.pm$/, '').replaceAll('/', '::') === PLUGIN_NAME;
}

function chooseMode(options: OptionValues): Mode | 'multi' {
  const name = options.text('mode');
  if (name === 'multi') return 'multi';
  if (name !== undefined) {
    const mode = MODES.get(name);
    return mode ?? fail(`mode '${name}' doesn't exist (use --list-mode option to show available modes).`);
  }
  const path = options.text('dyn-mode') ?? fail("Need to specify '--mode' or '--dyn-mode' option.");
  const short = /([^:/.]+)(?:\.pm)?$/.exec(path)?.[1] ?? path;
  return MODES.get(short) ?? fail('Cannot load module --dyn-mode.');
}

async function discover(
  mode: Mode | 'multi',
  context: ModeContext,
  settings: OutputSettings,
): Promise<Rendered> {
  const discovery = mode === 'multi' ? undefined : mode.discovery;
  const format = settings.format === 'json' ? 'json' : 'xml';
  const text =
    settings.disco === 'format'
      ? renderDiscoveryFormat(discovery?.attributes ?? [], format)
      : renderDiscovered((await discovery?.find(context)) ?? [], format);
  return { text, exitCode: 0 };
}

function readDeadline(options: OptionValues, customMode: string): Deadline {
  const text = options.text('timeout') ?? '50';
  const seconds = Number(text);
  if (!(seconds > 0 && seconds <= 86_400)) throw new CheckFailure(`Wrong timeout option '${text}' (seconds)`);
  const global = Number(/\d+/.exec(options.get('global-timeout') ?? '')?.[0]);
  if (global > 0 && global < seconds) return new Deadline(global, () => 'script global timeout');
  return customMode === 'awscli'
    ? new Deadline(seconds, () => 'Command too long to execute (timeout)...')
    : new Deadline(seconds);
}

function plainSettings(): OutputSettings {
  return readOutputSettings(parseOptions([], OUTPUT_OPTIONS).values, () => undefined);
}

function fail(message: string): never {
  throw new CheckFailure(message);
}
