const MB = 2 ** 20;

/**
 * What reading a bucket may take: whoever holds the bucket chooses what lies there, and a check must never eat the
 * memory of the machine that watches all others.
 */
export const LIMITS = {
  /** Requests at one time. */
  requests: 8,
  /** Digests that are read before their turn. */
  ahead: 3,
  /** A digest before compression: some thirty thousand log files in one hour. */
  digestBytes: 16 * MB,
  /** An object as it lies there; a log file has at most 50 MB before compression. */
  objectBytes: 32 * MB,
  /** A page of a listing: a thousand keys of at most a kilobyte, each byte as `%XX`. */
  listingBytes: 8 * MB,
  /** Pages of one listing. */
  pages: 200,
} as const;
