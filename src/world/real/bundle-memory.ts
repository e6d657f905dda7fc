/** Where a worker has the bundle that it moves: a bundle is held whole, and a worker has one at a time. */
export class BundleMemory {
  /** As large as the largest bundle so far. */
  private bytes = new Uint8Array(0);
  /** For a byte that should not be there. */
  readonly beyond = new Uint8Array(1);

  reserve(sizeBytes: number): Uint8Array {
    if (this.bytes.length < sizeBytes) this.bytes = new Uint8Array(sizeBytes);
    return this.bytes.subarray(0, sizeBytes);
  }
}
