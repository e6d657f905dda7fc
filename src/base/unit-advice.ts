/** A unit of data, taken apart generously: `mb`, `Gbps`, `Mbit/sec`, `KB`. */
interface LooseUnit {
  /** As SI writes it: `k`, `M`, `G`, `T`, `P`, or none. */
  readonly prefix: string;
  readonly binary: boolean;
  /** `unsure` where a small `b` may mean either, or where neither was written. */
  readonly counts: 'bits' | 'bytes' | 'unsure';
  readonly perSecond: boolean;
}

const BITS_PER_BYTE = 8;

function readLoosely(unit: string): LooseUnit | undefined {
  const [whole, prefix = '', binary, counted = '', perSecond] =
    /^(kilo|mega|giga|tera|peta|[kmgtp])?(i)?(bits?|bytes?|b)?(\s*\/\s*s(?:ec(?:ond)?)?|ps)?$/i.exec(unit) ??
    [];
  if (whole === undefined || whole === '') return undefined;
  const letter = prefix.slice(0, 1).toUpperCase();
  return {
    prefix: letter === 'K' ? 'k' : letter,
    binary: binary !== undefined,
    counts: /^bit/i.test(counted) ? 'bits' : /^(B|bytes?)$/.test(counted) ? 'bytes' : 'unsure',
    perSecond: perSecond !== undefined,
  };
}

/** What to write instead of `unit` where a size is needed. */
export function adviseSize(digits: string, unit: string): string | undefined {
  const loose = readLoosely(unit);
  if (loose === undefined) return undefined;
  if (loose.perSecond) {
    const size =
      loose.counts === 'bits'
        ? sizeChoices(digits, { ...loose, counts: 'unsure' })
        : sizeChoices(digits, loose);
    return `that is so much a second; without a time, write ${size}`;
  }
  if (loose.counts === 'bits') {
    return `sizes are in bytes, 8 bits each; write ${Number(digits) / BITS_PER_BYTE} ${loose.prefix}B`;
  }
  return `write ${sizeChoices(digits, loose)}`;
}

function sizeChoices(digits: string, { prefix, binary }: LooseUnit): string {
  if (prefix === '') return `${digits} B`;
  const kibi = `${digits} ${prefix.toUpperCase()}iB`;
  if (binary) return kibi;
  return `${digits} ${prefix}B (powers of 1,000) or ${kibi} (powers of 1,024)`;
}

/** What to write instead of `unit` where a rate is needed. */
export function adviseRate(digits: string, unit: string): string | undefined {
  const loose = readLoosely(unit);
  if (loose === undefined) return undefined;
  const { prefix, binary, counts, perSecond } = loose;
  const bytes = binary ? `${digits} ${prefix.toUpperCase()}iB/s` : `${digits} ${prefix}B/s`;
  const bits = `${digits} ${prefix}bit/s`;
  if (!perSecond)
    return `in what time? write ${counts === 'bits' ? bits : `${bytes}${binary ? '' : `, or ${bits} if bits are meant`}`}`;
  if (binary) return `write ${bytes}`;
  if (counts === 'bytes') return `write ${bytes}${prefix === 'k' ? ` or ${digits} KiB/s` : ''}`;
  if (counts === 'bits') return `write ${bits}`;
  return `write ${bits} if bits are meant, ${bytes} if bytes are`;
}
