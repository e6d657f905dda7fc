/** Something that a job or a statement needs: shared with others that share it, or for itself alone. */
export interface Claim {
  readonly what: string;
  readonly shared: boolean;
}

export const databaseClaim = (name: string): Claim => ({ what: `database ${name}`, shared: false });

export const labelClaim = (repository: string, label: string, shared: boolean): Claim => ({
  what: `snapshot ${label} in repository ${repository}`,
  shared,
});

export const repositoryClaim = (name: string, shared: boolean): Claim => ({
  what: `repository ${name}`,
  shared,
});

interface Holder {
  readonly name: string;
  readonly shared: boolean;
}

/** Who has taken what: from a statement's arrival to its job's end. */
export class Claims {
  private readonly holders = new Map<string, Holder[]>();

  /** Takes all of the claims, or none: then the first that somebody else has, and who that is. */
  take(
    claims: readonly Claim[],
    name: string,
  ): { readonly what: string; readonly holder: string } | undefined {
    for (const { what, shared } of claims) {
      const other = this.holders.get(what)?.find((holder) => !shared || !holder.shared);
      if (other) return { what, holder: other.name };
    }
    for (const { what, shared } of claims) {
      this.holders.set(what, [...(this.holders.get(what) ?? []), { name, shared }]);
    }
    return undefined;
  }

  release(claims: readonly Claim[], name: string): void {
    for (const { what } of claims) {
      const others = (this.holders.get(what) ?? []).filter((holder) => holder.name !== name);
      if (others.length > 0) this.holders.set(what, others);
      else this.holders.delete(what);
    }
  }
}
