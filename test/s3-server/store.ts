export interface StoredObject {
  readonly bytes: Uint8Array;
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface StoredPart {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

export interface StoredUpload {
  readonly id: string;
  readonly key: string;
  readonly metadata: Readonly<Record<string, string>>;
  readonly parts: Map<number, StoredPart>;
}

export interface StoredBucket {
  readonly objects: Map<string, StoredObject>;
  readonly uploads: Map<string, StoredUpload>;
}

export interface StoreRules {
  /** The least bytes of every part of an upload but the last. */
  readonly minPartBytes: number;
  /** The most entries of a list, whatever is asked for. */
  readonly maxKeys: number;
  /**
   * Whether it has the manners of Ceph's gateway, or those of AWS: its CompleteMultipartUpload answers with an empty ETag,
   * and its ListMultipartUploads encodes keys without saying so, and its marker not at all. Default: true.
   */
  readonly isCephLike: boolean;
}

/** S3's order of keys: by their UTF-8. */
export const byUtf8 = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));
