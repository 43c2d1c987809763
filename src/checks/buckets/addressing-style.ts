import { CheckFailure } from '../failure.ts';

/** How a bucket's name travels: in the path, or as a part of the host. */
export type AddressingStyle = 'auto' | 'path' | 'virtual';

/** The style of that name. @throws CheckFailure when there is none */
export function addressingStyle(text: string | undefined): AddressingStyle {
  if (text === undefined || text === 'auto' || text === 'path' || text === 'virtual') return text ?? 'auto';
  throw new CheckFailure(`Wrong s3-addressing-style option '${text}' (auto, path or virtual)`);
}
