import { randomUUID } from 'node:crypto';
import { checkSettings, preflight } from './configure.ts';
import type { TrailsDependencies } from './dependencies.ts';
import { isShadowIn, locateTrail, locateTrailAtHome, type UnknownTrailForm } from './locate.ts';
import { checkRoom } from './quota.ts';
import { checkInsightSelectors, type InsightSelectorInput } from './selectors/insight-selectors.ts';
import {
  DEFAULT_SELECTORS,
  type SelectorsInput,
  sortedByField,
  validateSelectors,
} from './selectors/selectors.ts';
import { closedAt, type SpanEdge, startedAt, stopped, withRuleFrom } from './spans.ts';
import { locateTagged } from './tagged.ts';
import { checkTags, mergeTags, type Tag, withoutTags } from './tags.ts';
import type { Selectors, Trail } from './trail.ts';
import { formatTrailArn, looksLikeArn, parseTrailArn, type TrailCall } from './trail-arn.ts';
import { TrailBook } from './trail-book.ts';
import { TrailError } from './trail-error.ts';
import { checkTrailName } from './trail-name.ts';
import { DEFAULT_SETTINGS, type SettledTrail, type TrailSettings } from './trail-settings.ts';

/** Opens the trails kept in `state`. */
export async function openTrails(dependencies: TrailsDependencies): Promise<Trails> {
  return new Trails(await TrailBook.open(dependencies.state), dependencies);
}

/**
 * The trails of all accounts, and the rules of CloudTrail's trail operations. Every method that takes a name takes
 * the ARN too, except `create` and the tags'. Refusals are TrailError; a change is on disk when its promise
 * resolves. May be called concurrently.
 */
export class Trails {
  readonly #book: TrailBook;
  readonly #dependencies: TrailsDependencies;

  constructor(book: TrailBook, dependencies: TrailsDependencies) {
    this.#book = book;
    this.#dependencies = dependencies;
  }

  /** Makes a trail, not logging yet, in the call's Region as its home. */
  async create(
    call: TrailCall,
    name: string,
    settings: TrailSettings,
    tags: readonly Tag[] = [],
  ): Promise<Trail> {
    const { knownRegions, now, newUid = randomUUID } = this.#dependencies;
    checkTrailName(name);
    checkTags(tags);
    const settled = checkSettings(DEFAULT_SETTINGS, settings, call);
    const arrival = {
      name,
      account: call.account,
      homeRegion: call.region,
      multiRegion: settled.multiRegion,
    };
    const checkFree = () => checkRoom(arrival, this.#book.ofAccount(call.account), knownRegions);
    checkFree();
    const arn = formatTrailArn({ ...call, name });
    const tried = await preflight(settled, arn, call, this.#dependencies);
    const trail: Trail = {
      uid: newUid(),
      name,
      arn,
      account: call.account,
      homeRegion: call.region,
      ...tried,
      ...this.#logGroupFrom(tried),
      selectors: DEFAULT_SELECTORS,
      hasCustomEventSelectors: false,
      insightSelectors: [],
      tags: mergeTags([], tags),
      isLogging: false,
      spans: [],
      createdAt: now(),
    };
    await this.#book.inTurn(call.account, async () => {
      checkFree();
      await this.#book.add(trail);
    });
    return trail;
  }

  /** Changes settings; bucket and topic are tried again even when they stay the same. */
  async update(call: TrailCall, nameOrArn: string, settings: TrailSettings): Promise<Trail> {
    const { knownRegions } = this.#dependencies;
    const before = locateTrailAtHome(this.#book, call, nameOrArn, 'as-given');
    const settled = checkSettings(before, settings, call);
    const checkFree = () => {
      if (before.multiRegion || !settled.multiRegion) return;
      const others = this.#book.ofAccount(call.account).filter((trail) => trail.uid !== before.uid);
      checkRoom({ ...before, multiRegion: true }, others, knownRegions);
    };
    checkFree();
    const tried = await preflight(settled, before.arn, call, this.#dependencies);
    return this.#book.inTurn(call.account, async () => {
      checkFree();
      const changed = await this.#book.change(before.uid, (trail) => {
        const { s3KeyPrefix, snsTopicName, snsTopicArn, kmsKeyId, ...lasting } = trail;
        const { cloudWatchLogsLogGroupArn, cloudWatchLogsRoleArn, logGroupFrom, ...rest } = lasting;
        const from = this.#logGroupFrom(tried, logGroupFrom);
        return withRuleFrom({ ...rest, ...tried, ...from }, this.#edge());
      });
      return changed ?? this.#vanished(before);
    });
  }

  /** Removes a trail; what it logged up to now is still delivered. */
  async delete(call: TrailCall, nameOrArn: string): Promise<void> {
    const { head, onDeleted } = this.#dependencies;
    const { uid } = locateTrailAtHome(this.#book, call, nameOrArn);
    const last = await this.#book.inTurn(call.account, async () => {
      const trail = this.#book.all().find((living) => living.uid === uid);
      if (!trail) return undefined;
      const ended = { ...trail, isLogging: false, spans: closedAt(trail.spans, head()) };
      await this.#book.end(ended);
      return ended;
    });
    // Awaited: whoever deletes a trail mostly deletes its bucket next, and the last files should be in it by then.
    // What fails here is taken up again after the next start.
    if (!last || !onDeleted) return;
    await onDeleted(last)
      .then(() => this.#book.forget(uid))
      .catch(() => undefined);
  }

  /** @throws TrailError TrailNotFoundException, its text naming the trail in `unknownForm`. */
  get(call: TrailCall, nameOrArn: string, unknownForm: UnknownTrailForm = 'arn'): Trail {
    return locateTrail(this.#book, call, nameOrArn, unknownForm);
  }

  /**
   * The trails that show in the call's Region, or those named: names mean trails of this Region, ARNs those of any.
   * What does not exist is left out in silence.
   */
  describe(
    call: TrailCall,
    namesOrArns: readonly string[] = [],
    includeShadowTrails = true,
  ): readonly Trail[] {
    const own = this.#book.ofAccount(call.account);
    const shown = own.filter(
      (trail) => trail.homeRegion === call.region || (includeShadowTrails && isShadowIn(trail, call.region)),
    );
    if (namesOrArns.length === 0) return shown;
    const found = namesOrArns.map((nameOrArn) => {
      if (!looksLikeArn(nameOrArn)) {
        checkTrailName(nameOrArn);
        return this.#book.find(call.account, call.region, nameOrArn);
      }
      const { account, region, name } = parseTrailArn(nameOrArn);
      const trail = account === call.account ? this.#book.find(account, region, name) : undefined;
      return trail && (includeShadowTrails || trail.homeRegion === call.region) ? trail : undefined;
    });
    return [...new Set(found.filter((trail) => trail !== undefined))];
  }

  /** All trails of the account, whatever their Region. */
  list(call: TrailCall): readonly Trail[] {
    return this.#book.ofAccount(call.account);
  }

  async startLogging(call: TrailCall, nameOrArn: string): Promise<void> {
    const { now } = this.#dependencies;
    await this.#change(call, nameOrArn, (trail) => startedAt(trail, this.#edge(), now()));
  }

  async stopLogging(call: TrailCall, nameOrArn: string): Promise<void> {
    const { now } = this.#dependencies;
    await this.#change(call, nameOrArn, (trail) => stopped(trail, now()));
  }

  /** Replaces the selectors, whatever family they were; answers the trail with them as stored. */
  async putEventSelectors(call: TrailCall, nameOrArn: string, input: SelectorsInput): Promise<Trail> {
    locateTrailAtHome(this.#book, call, nameOrArn);
    const selectors = validateSelectors(input);
    return this.#change(call, nameOrArn, (trail) =>
      withRuleFrom({ ...trail, selectors, hasCustomEventSelectors: true }, this.#edge()),
    );
  }

  /** The selectors as GetEventSelectors shows them: an advanced selector's fields in the order of their names. */
  eventSelectors(
    call: TrailCall,
    nameOrArn: string,
  ): { readonly trail: Trail; readonly selectors: Selectors } {
    const trail = this.get(call, nameOrArn);
    return { trail, selectors: sortedByField(trail.selectors) };
  }

  /** Replaces the Insights selectors; none switches Insights off. */
  async putInsightSelectors(
    call: TrailCall,
    nameOrArn: string,
    input: readonly InsightSelectorInput[],
  ): Promise<Trail> {
    const { selectors } = locateTrailAtHome(this.#book, call, nameOrArn);
    const insightSelectors = checkInsightSelectors(input, selectors);
    return this.#change(call, nameOrArn, (trail) =>
      withRuleFrom({ ...trail, insightSelectors }, this.#edge()),
    );
  }

  /** @throws TrailError InsightNotEnabledException when there are none. */
  insightSelectors(call: TrailCall, nameOrArn: string): Trail {
    const trail = this.get(call, nameOrArn);
    if (trail.insightSelectors.length > 0) return trail;
    throw new TrailError(
      'InsightNotEnabledException',
      `Trail ${trail.arn} does not have Insights enabled. Edit the trail settings to enable Insights, and then try the operation again.`,
    );
  }

  async addTags(call: TrailCall, arn: string, tags: readonly Tag[]): Promise<void> {
    const trail = locateTagged(this.#book, call, arn, 'change');
    checkTags(tags);
    await this.#change(call, trail.arn, (current) => ({ ...current, tags: mergeTags(current.tags, tags) }));
  }

  async removeTags(call: TrailCall, arn: string, tags: readonly Tag[]): Promise<void> {
    const trail = locateTagged(this.#book, call, arn, 'change');
    await this.#change(call, trail.arn, (current) => ({ ...current, tags: withoutTags(current.tags, tags) }));
  }

  /** The tags of each ARN, in the order asked. One wrong ARN fails all. */
  listTags(call: TrailCall, arns: readonly string[]): readonly Trail[] {
    return arns.map((arn) => locateTagged(this.#book, call, arn, 'read'));
  }

  /** Every living trail of every account; for delivery. */
  all(): readonly Trail[] {
    return this.#book.all();
  }

  /** Deleted trails that `onDeleted` has not taken over, after a crash or a failure. */
  ended(): readonly Trail[] {
    return this.#book.ended();
  }

  /** Lets go of a deleted trail that delivery has taken over. */
  async forget(uid: string): Promise<void> {
    await this.#book.forget(uid);
  }

  /** Closes the open span of a trail whose StopLogging was called, before sequence number `to`. */
  async closeSpan(uid: string, to: number): Promise<void> {
    await this.#changeSpans(uid, (trail) => {
      const open = trail.spans.at(-1);
      return open?.to === null && open.stopRequested ? { ...trail, spans: closedAt(trail.spans, to) } : trail;
    });
  }

  /** Forgets spans that end at or before `before`. */
  async dropFinishedSpans(uid: string, before: number): Promise<void> {
    await this.#changeSpans(uid, (trail) => {
      const spans = trail.spans.filter(({ to }) => to === null || to > before);
      return spans.length === trail.spans.length ? trail : { ...trail, spans };
    });
  }

  /** Where a trail's way into its log group begins: where it began before, else here. */
  #logGroupFrom(settled: SettledTrail, before?: number): Pick<Trail, 'logGroupFrom'> {
    if (settled.cloudWatchLogsLogGroupArn === undefined) return {};
    return { logGroupFrom: before ?? this.#dependencies.head() };
  }

  #edge(): SpanEdge {
    const { head, collectorAccount } = this.#dependencies;
    return { head: head(), ...(collectorAccount === undefined ? {} : { collectorAccount }) };
  }

  async #changeSpans(uid: string, change: (trail: Trail) => Trail): Promise<void> {
    const trail = [...this.all(), ...this.ended()].find((known) => known.uid === uid);
    if (!trail || change(trail) === trail) return;
    await this.#book.inTurn(trail.account, () => this.#book.change(uid, change));
  }

  async #change(call: TrailCall, nameOrArn: string, change: (trail: Trail) => Trail): Promise<Trail> {
    const before = locateTrailAtHome(this.#book, call, nameOrArn);
    if (change(before) === before) return before;
    const changed = await this.#book.inTurn(call.account, () => this.#book.change(before.uid, change));
    return changed ?? this.#vanished(before);
  }

  /** The trail was deleted while the call was at work. */
  #vanished({ arn, account }: Trail): never {
    throw new TrailError('TrailNotFoundException', `Unknown trail: ${arn} for the user: ${account}`);
  }
}
