import type { SettingType } from './setting.ts';

/** Any text but the empty one. */
export function text(placeholder: string, expected: string): SettingType<string> {
  return { expected, placeholder, read: (value) => (value === '' ? undefined : value) };
}

/** A text of one form. */
export function pattern(placeholder: string, expected: string, form: RegExp): SettingType<string> {
  return { expected, placeholder, read: (value) => (form.test(value) ? value : undefined) };
}

/** One of a few words. */
export function oneOf<const Word extends string>(...words: readonly Word[]): SettingType<Word> {
  return {
    expected: `one of ${words.join(', ')}`,
    placeholder: words.join('|'),
    read: (value) => words.find((word) => word === value),
  };
}

/** A whole number within limits, both included. */
export function wholeNumber(least: number, most: number): SettingType<number> {
  return {
    expected: `a whole number from ${least} to ${most}`,
    placeholder: 'N',
    read(value) {
      const number = /^\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
      return number >= least && number <= most ? number : undefined;
    },
  };
}

/** On or off; as a flag it takes no value. */
export const onOff: SettingType<boolean> = {
  expected: 'true or false',
  read(value) {
    if (['true', '1', 'yes', 'on'].includes(value.toLowerCase())) return true;
    if (['false', '0', 'no', 'off'].includes(value.toLowerCase())) return false;
    return undefined;
  },
};

const UNITS_OF_TIME = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Milliseconds of a duration such as `30s`, `5m`, `1.5h`; undefined when it is none. */
export function readDuration(value: string): number | undefined {
  const found = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(value);
  return found ? Math.round(Number(found[1]) * UNITS_OF_TIME.get(found[2]!)!) : undefined;
}

/** A duration of at least `least` milliseconds; the value is in milliseconds. */
export function duration(least: number): SettingType<number> {
  return {
    expected: `a duration of at least ${least} ms with its unit, such as 30s, 5m or 1h`,
    placeholder: 'DURATION',
    read(value) {
      const milliseconds = readDuration(value);
      return milliseconds !== undefined && milliseconds >= least ? milliseconds : undefined;
    },
  };
}

/** A duration of whole seconds within limits, both included and in seconds; the value is in milliseconds. */
export function wholeSeconds(least: number, most: number): SettingType<number> {
  return {
    expected: `a duration of whole seconds from ${least}s to ${most}s with its unit, such as 30s, 5m or 1h`,
    placeholder: 'DURATION',
    read(value) {
      const milliseconds = readDuration(value);
      if (milliseconds === undefined || milliseconds % 1000 !== 0) return undefined;
      return milliseconds >= least * 1000 && milliseconds <= most * 1000 ? milliseconds : undefined;
    },
  };
}

const UNITS_OF_SIZE = new Map([
  ['B', 1],
  ['kB', 1e3],
  ['KB', 1e3],
  ['MB', 1e6],
  ['GB', 1e9],
  ['TB', 1e12],
  ['KiB', 2 ** 10],
  ['MiB', 2 ** 20],
  ['GiB', 2 ** 30],
  ['TiB', 2 ** 40],
]);

/** A size with its unit; the value is in bytes. */
export const size: SettingType<number> = {
  expected: 'a size with its unit, such as 500MB, 20GB or 4GiB',
  placeholder: 'SIZE',
  read(value) {
    const found = /^(\d{1,9}(?:\.\d{1,3})?)([kKMGT]i?B|B)$/.exec(value);
    const unit = found && UNITS_OF_SIZE.get(found[2]!);
    return unit ? Math.round(Number(found[1]) * unit) : undefined;
  },
};

/** An http or https address; the value has no slash at its end. */
export const httpUrl: SettingType<string> = {
  expected: 'an http:// or https:// address',
  placeholder: 'URL',
  read(value) {
    if (!URL.canParse(value)) return undefined;
    const { protocol } = new URL(value);
    return protocol === 'http:' || protocol === 'https:' ? value.replace(/\/+$/, '') : undefined;
  },
};

/** Addresses of http or https, commas between; empty: none. */
export const httpUrls: SettingType<readonly string[]> = {
  expected: 'http:// or https:// addresses with commas between them',
  placeholder: 'URLS',
  read(value) {
    const urls = value
      .split(',')
      .map((url) => url.trim())
      .filter((url) => url !== '');
    return urls.every((url) => httpUrl.read(url) !== undefined) ? urls : undefined;
  },
};

/** A mail server, with or without user and password. */
export const smtpUrl: SettingType<string> = {
  expected: 'an smtp:// or smtps:// address such as smtp://user:password@mail.example.com:587',
  placeholder: 'URL',
  read(value) {
    if (!URL.canParse(value)) return undefined;
    const { protocol, hostname, pathname, search, hash } = new URL(value);
    const isServer = (protocol === 'smtp:' || protocol === 'smtps:') && hostname !== '';
    return isServer && /^\/?$/.test(pathname) && search === '' && hash === '' ? value : undefined;
  },
};

/** Account ids, or every account. */
/** `soar=https://soar.example.com/in,…`: addresses by name; never two of one name. */
export const namedUrls: SettingType<ReadonlyMap<string, string>> = {
  expected: 'NAME=URL with commas between them, each an http or https address',
  placeholder: 'NAME=URL,...',
  read(value) {
    const pairs = value.split(',').flatMap((one) => (one.trim() === '' ? [] : [one.trim()]));
    const named = new Map<string, string>();
    for (const pair of pairs) {
      const [, name, url] = /^([\w.-]{1,64})=(https?:\/\/\S+)$/.exec(pair) ?? [];
      if (name === undefined || url === undefined || !URL.canParse(url) || named.has(name)) return undefined;
      named.set(name, url);
    }
    return named;
  },
};

export const accountList: SettingType<'any' | readonly string[]> = {
  expected: 'account ids of 12 digits with commas between them, or "any"',
  placeholder: 'IDS|any',
  read(value) {
    if (value === 'any') return 'any';
    const ids = value.split(',').map((id) => id.trim());
    return ids.every((id) => /^\d{12}$/.test(id)) ? ids : undefined;
  },
};

const ANCHOR_PLACE =
  /^(?:(?:file|git):\/[^,]*|s3:\/\/[a-z0-9][a-z0-9.-]{2,62}(?:[/?][^,]*)?|https?:\/\/[^,]+)$/;

/** Places for anchors, commas between; empty: none. */
export const anchorPlaces: SettingType<readonly string[]> = {
  expected: 'places such as file:/path, git:/path, s3://bucket/prefix or https://…, commas between',
  placeholder: 'PLACES',
  read(value) {
    const places = value
      .split(',')
      .map((place) => place.trim())
      .filter((place) => place !== '');
    return places.every((place) => ANCHOR_PLACE.test(place) && URL.canParse(place)) ? places : undefined;
  },
};
