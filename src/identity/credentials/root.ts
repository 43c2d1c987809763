import { type State, StateConflict } from '../../state/index.ts';
import { IdentityError } from '../identity-error.ts';
import { type Random, secretKey, uniqueId } from './random-credentials.ts';

/** An access key as its owner needs it. */
export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

const KEY = 'identity/root';

/** The main account's root key: made on the first start, or given from outside at each start. */
export class RootKey {
  readonly #state: State;
  readonly #random: Random;
  readonly #isGiven: boolean;
  #current: KeyPair;
  #version: number;

  private constructor(state: State, random: Random, current: KeyPair, version: number, isGiven: boolean) {
    this.#state = state;
    this.#random = random;
    this.#current = current;
    this.#version = version;
    this.#isGiven = isGiven;
  }

  /** Credentials that are given win over stored ones, and are not stored: the environment owns them. */
  static async open(state: State, random: Random, given: KeyPair | undefined): Promise<RootKey> {
    if (given) {
      checkGiven(given);
      return new RootKey(state, random, given, 0, true);
    }
    const stored = await state.get<KeyPair>(KEY);
    if (stored) return new RootKey(state, random, stored.value, stored.version, false);
    const made = makePair(random);
    return new RootKey(state, random, made, await state.put(KEY, made, 0), false);
  }

  get current(): KeyPair {
    return this.#current;
  }

  /** The old key stops working when the new one is on disk. @throws IdentityError when the key came from outside */
  async rotate(): Promise<KeyPair> {
    if (this.#isGiven) {
      throw new IdentityError(
        'InvalidInput',
        'The root key was given by OPENTRAIL_ROOT_ACCESS_KEY_ID; change it there and restart.',
      );
    }
    const made = makePair(this.#random);
    try {
      this.#version = await this.#state.put(KEY, made, this.#version);
    } catch (error) {
      if (!(error instanceof StateConflict)) throw error;
      throw new IdentityError('InvalidInput', 'The root key is being rotated by another call.', {
        cause: error,
      });
    }
    this.#current = made;
    return made;
  }
}

function makePair(random: Random): KeyPair {
  return { accessKeyId: uniqueId('AKIA', random), secretAccessKey: secretKey(random) };
}

function checkGiven({ accessKeyId, secretAccessKey }: KeyPair): void {
  if (!/^\w{4,128}$/.test(accessKeyId)) {
    throw new IdentityError(
      'ValidationError',
      'The root access key id must be 4 to 128 letters, digits or underscores.',
    );
  }
  if (secretAccessKey.length < 8 || /\s/.test(secretAccessKey)) {
    throw new IdentityError(
      'ValidationError',
      'The root secret access key must have 8 characters or more, and no white space.',
    );
  }
}
