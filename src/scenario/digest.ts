import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { Scenario } from './scenario.js';

const DIGEST_HEX_DIGITS = 16;

/**
 * Names what is run: scenarios that differ only in how they are called, described or laid out on the page have the same
 * digest.
 */
export function scenarioDigest(scenarios: readonly Scenario[]): string {
  const hash = sha256.create();
  for (const { name: _name, description: _description, statement, ...rest } of scenarios) {
    hash.update(utf8ToBytes(`${canonicalJson({ ...rest, statement: statement.text }, new Map())}\n`));
  }
  return bytesToHex(hash.digest()).slice(0, DIGEST_HEX_DIGITS);
}

/**
 * JSON with sorted keys; Infinity, which JSON lacks, is "unlimited". Parts that many share (hardware, distributions) are
 * written once and remembered: a scenario may have a million partitions.
 */
function canonicalJson(value: unknown, known: Map<object, string>): string {
  if (value === Infinity) return '"unlimited"';
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const before = known.get(value);
  if (before !== undefined) return before;
  const text = Array.isArray(value)
    ? `[${value.map((item) => canonicalJson(item, known)).join(',')}]`
    : `{${Object.entries(value)
        .toSorted(([a], [b]) => (a < b ? -1 : 1))
        .map(([key, part]) => `${JSON.stringify(key)}:${canonicalJson(part, known)}`)
        .join(',')}}`;
  known.set(value, text);
  return text;
}
