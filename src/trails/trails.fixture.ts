import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from 'vitest';
import { openLmdbState, type State } from '../state/index.ts';
import type { TrailsDependencies } from './dependencies.ts';
import type { Trail } from './trail.ts';
import { TrailBucketError } from './trail-bucket.ts';
import { openTrails, type Trails } from './trails.ts';

export const ACCOUNT = '111122223333';
/** A call at the home of the trails of these tests, and one from another Region. */
export const home = { account: ACCOUNT, region: 'eu-west-1' };
export const away = { account: ACCOUNT, region: 'us-east-1' };
export const ARN = `arn:aws:cloudtrail:eu-west-1:${ACCOUNT}:trail/main`;
export const settings = { s3BucketName: 'log-bucket' };

/** The error of a code, with any message or this one. */
export function error(code: string, message?: string) {
  return expect.objectContaining(message === undefined ? { code } : { code, message });
}

/** Trails over a state of their own, and what stands around them. */
export class TrailsHouse {
  #folder!: string;
  state!: State;
  trails!: Trails;
  /** Where the journal is. */
  head!: number;
  clock!: number;
  /** What was asked of the bucket and the topic. */
  written!: string[];
  /** The error codes that bucket and topic answer with. */
  refusal!: { put?: string; acl?: string; topic?: string };
  deleted!: Trail[];

  async begin(): Promise<void> {
    this.head = 100;
    this.clock = 1_800_000_000_000;
    this.written = [];
    this.refusal = {};
    this.deleted = [];
    this.#folder = mkdtempSync(join(tmpdir(), 'trails-'));
    this.openState();
    this.trails = await this.open();
  }

  async end(): Promise<void> {
    await this.state.close();
    rmSync(this.#folder, { recursive: true });
  }

  openState(): void {
    this.state = openLmdbState(join(this.#folder, 'state'));
  }

  open(more: Partial<TrailsDependencies> = {}): Promise<Trails> {
    const ask = (what: string, refusal: string | undefined) => {
      this.written.push(what);
      if (refusal !== undefined) throw new TrailBucketError(refusal, 'no', true);
    };
    return openTrails({
      state: this.state,
      bucket: {
        getBucketAcl: async (bucket) => ask(`acl ${bucket}`, this.refusal.acl),
        putObject: async ({ bucket, key, body, contentType, contentEncoding }) =>
          ask(`put ${bucket}/${key} ${body.length} ${contentType} ${contentEncoding}`, this.refusal.put),
      },
      topic: {
        publish: async (topicArn, message, source) => {
          this.written.push(`publish ${topicArn} ${message} ${source.trailArn}`);
          if (this.refusal.topic) throw Object.assign(new Error('no'), { code: this.refusal.topic });
        },
      },
      head: () => this.head,
      now: () => this.clock,
      knownRegions: ['us-east-1', 'eu-west-1'],
      onDeleted: async (trail) => void this.deleted.push(trail),
      ...more,
    });
  }
}

/** A house that begins anew before each test of the file. */
export function useTrailsHouse(): TrailsHouse {
  const house = new TrailsHouse();
  beforeEach(() => house.begin());
  afterEach(() => house.end());
  return house;
}
