import type { ManifestFile } from './manifest-types.js';
import type { Md5, Md5Digest } from './md5.js';

/** The files in a bundle, held against their checksums as the bundle's bytes go by. */
export class BundledFiles {
  private readonly md5: Md5;
  private readonly files: readonly ManifestFile[];
  private readonly damagedNames: string[] = [];
  private next = 0;
  private digest: Md5Digest;
  private leftBytes: number;

  constructor(files: readonly ManifestFile[], md5: Md5) {
    this.md5 = md5;
    this.files = files;
    this.digest = md5();
    this.leftBytes = files[0]!.sizeBytes;
  }

  update(chunk: Uint8Array): void {
    for (let done = 0; done < chunk.length && this.next < this.files.length;) {
      const end = Math.min(chunk.length, done + this.leftBytes);
      this.digest.update(chunk.subarray(done, end));
      this.leftBytes -= end - done;
      done = end;
      if (this.leftBytes === 0) this.endFile();
    }
  }

  /** Names of the files that are not what they should be, once all bytes have gone by. */
  damaged(): readonly string[] {
    while (this.next < this.files.length) this.endFile();
    return this.damagedNames;
  }

  private endFile(): void {
    const { name, checksum } = this.files[this.next]!;
    if (this.digest.hex() !== checksum) this.damagedNames.push(name);
    this.next++;
    this.digest = this.md5();
    this.leftBytes = this.files[this.next]?.sizeBytes ?? 0;
  }
}
