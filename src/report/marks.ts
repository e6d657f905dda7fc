import type { Finding } from '../world/outlook.js';
import type { Tone } from './ansi.js';
import type { Summary } from './verdict.js';

/** Before the answer: each has a shape of its own, because colours alone say nothing to many. */
export const VERDICT_MARKS: Readonly<Record<Summary['verdict'], string>> = { good: '✔', warn: '▲', bad: '✖' };

interface SeverityMark {
  readonly mark: string;
  readonly word: string;
  readonly tone: Tone;
}

export const SEVERITY_MARKS: Readonly<Record<Finding['severity'], SeverityMark>> = {
  problem: { mark: '✖', word: 'problem', tone: 'bad' },
  warning: { mark: '▲', word: 'warning', tone: 'warn' },
  note: { mark: '•', word: 'note', tone: 'dim' },
};

const GRAVEST_FIRST: readonly Finding['severity'][] = ['problem', 'warning', 'note'];

/** Problems, then warnings, then notes; within each, as they came. */
export const gravestFirst = (findings: readonly Finding[]): readonly Finding[] =>
  GRAVEST_FIRST.flatMap((severity) => findings.filter((finding) => finding.severity === severity));
