import { gunzipSync, gzipSync } from 'node:zlib';
import { type DigestJson, SignedChain } from '../signed-chain.ts';
import { KEY, publish, type Scene, type Tampering } from './scene.ts';

/** Writes an object anew, with other bytes and the same metadata. */
export function rewrite({ chain }: Scene, key: string, change: (bytes: Buffer) => Buffer): void {
  const { bytes, metadata } = chain.get(key);
  chain.put(key, change(Buffer.from(bytes)), metadata);
}

/** The same for what is compressed in it. */
export function edit(scene: Scene, key: string, change: (text: string) => string | Buffer): void {
  rewrite(scene, key, (bytes) => gzipSync(change(gunzipSync(bytes).toString())));
}

/** Changes the text of a log file, compressed anew. */
export const editLog = (change: (text: string) => string | Buffer) => (scene: Scene) =>
  edit(scene, scene.log(4), change);
/** Changes the bytes of a log file. */
export const rewriteLog = (change: (bytes: Buffer) => Buffer) => (scene: Scene) =>
  rewrite(scene, scene.log(4), change);
/** Changes the text of a digest, compressed anew; its signature stays. */
export const editDigest = (change: (text: string) => string | Buffer) => (scene: Scene) =>
  edit(scene, scene.digest(3).key, change);
/** Changes the bytes of a digest. */
export const rewriteDigest = (change: (bytes: Buffer) => Buffer) => (scene: Scene) =>
  rewrite(scene, scene.digest(3).key, change);
/** Changes members of a digest. */
export const editJson = (change: (json: DigestJson) => void) =>
  editDigest((text) => {
    const json = JSON.parse(text) as DigestJson;
    change(json);
    return JSON.stringify(json);
  });
/** Changes the metadata of a digest's object. */
export const metadata =
  (change: (metadata: Record<string, string>) => void) =>
  ({ chain, digest }: Scene) => {
    const { key } = digest(3);
    const object = chain.get(key);
    const changed = { ...object.metadata };
    change(changed);
    chain.put(key, object.bytes, changed);
  };
/** Changes the signature of a digest. */
export const signature = (change: (hex: string) => string) =>
  metadata((members) => {
    members.signature = change(members.signature ?? '');
  });

/** Flips the lowest bit of a byte. */
export function flip(bytes: Buffer, at: number): Buffer {
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  return bytes;
}

/** Moves an object to another key. */
export function rename({ chain }: Scene, from: string, to: string): void {
  const { bytes, metadata: members } = chain.get(from);
  chain.delete(from);
  chain.put(to, bytes, members);
}

/** Two objects change places. */
export function swap({ chain }: Scene, one: string, other: string): void {
  const [first, second] = [chain.get(one), chain.get(other)];
  chain.put(one, second.bytes, second.metadata);
  chain.put(other, first.bytes, first.metadata);
}

/** Goes on from a scene's chain: more signed digests than the five hours. */
export function build(make: (chain: SignedChain) => void): Tampering['do'] {
  return ({ fake }) => {
    fake.buckets.clear();
    const chain = new SignedChain('trail-bucket', KEY);
    make(chain);
    publish(chain, fake);
  };
}

/** Removes the digests that end so many hours after the start. */
export function deleteDigests(...hours: readonly number[]): Tampering['do'] {
  return ({ chain, digest }) => {
    for (const hour of hours) chain.delete(digest(hour).key);
  };
}

/** What is found where the chain of digests has a gap. */
export const MISSING = ['digests-missing'] as const;
