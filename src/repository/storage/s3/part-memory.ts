/** What is kept at most, besides what is in use: more would be held for nothing where files are small. */
const MOST_KEPT_BYTES = 32 * 1024 * 1024;

/** Memory that bodies are made in, which serves one after the other: to have it anew for each costs more than to fill it. */
export interface PartMemory {
  /** At least so many bytes, of whatever content. */
  take(sizeBytes: number): Uint8Array;
  /** Gives back what was taken, which nobody looks at any more. */
  give(memory: Uint8Array): void;
}

export function partMemory(): PartMemory {
  /** The largest last. */
  let free: Uint8Array[] = [];
  return {
    take(sizeBytes) {
      const at = free.findIndex(({ length }) => length >= sizeBytes);
      return at < 0 ? new Uint8Array(sizeBytes) : free.splice(at, 1)[0]!;
    },
    give(memory) {
      if (memory.length === 0) return;
      free = [...free, memory].sort((a, b) => a.length - b.length);
      let keptBytes = free.reduce((sum, { length }) => sum + length, 0);
      while (keptBytes > MOST_KEPT_BYTES) keptBytes -= free.shift()!.length;
    },
  };
}
