import { type CloudTrailKey, DIGESTS, type RegionFolder } from './cloudtrail-key.ts';
import type { WalkHost } from './walk-host.ts';

/** Region folders of one source: accounts × kinds × Regions. */
const MAX_FOLDERS = 50_000;

/** How far a level of a folder is. */
export interface LevelState {
  /** When it was last looked at whole, ms; 0 never. */
  readonly at: number;
  /** Under way: files up to this key are dealt with. */
  readonly cursor?: string;
  /** When the look that is under way began. */
  readonly since?: number;
  /** The newest day of it when it began; its days move on meanwhile. */
  readonly newest?: number;
}

/** A Region's folder, and how far each level of its days is. */
export interface FolderState extends RegionFolder {
  readonly levels: readonly LevelState[];
}

/** The folders of a source that are known, over restarts too: its walk's host remembers them. */
export class FolderBook {
  readonly #memory: WalkHost['memory'];
  readonly #prefix: string;
  readonly #folders = new Map<string, FolderState>();

  /** Folders below `prefix`; others are not taken in. */
  constructor(memory: WalkHost['memory'], prefix: string) {
    this.#memory = memory;
    this.#prefix = prefix;
    for (const [, folder] of memory.entries<FolderState>('folder/')) {
      if (folder.folder.startsWith(prefix)) this.#folders.set(folder.folder, folder);
    }
  }

  all(): readonly FolderState[] {
    return [...this.#folders.values()];
  }

  /** Those that hold events, not digests. */
  events(): readonly FolderState[] {
    return this.all().filter(({ kind }) => kind !== DIGESTS);
  }

  has(folder: string): boolean {
    return this.#folders.has(folder);
  }

  /** Takes in the folder of a file, unless it is known or there are too many. */
  learn(place: CloudTrailKey): void {
    if (this.#folders.has(place.folder) || this.#folders.size >= MAX_FOLDERS) return;
    if (!place.folder.startsWith(this.#prefix)) return;
    const { folder, account, kind, region } = place;
    this.#save({ folder, account, kind, region, levels: [] });
  }

  setLevel(name: string, level: number, state: LevelState): void {
    const folder = this.#folders.get(name);
    if (!folder) return;
    const levels = Array.from({ length: Math.max(folder.levels.length, level + 1) }, (_, at) =>
      at === level ? state : (folder.levels[at] ?? { at: 0 }),
    );
    this.#save({ ...folder, levels });
  }

  #save(folder: FolderState): void {
    this.#folders.set(folder.folder, folder);
    this.#memory.note(`folder/${folder.folder}`, folder);
  }
}
