import type { Distribution } from '../base/distribution.js';
import type { MeasuredFigure, MeasuredHardware, MeasuredOrigin } from './measured.js';
import { durationText, numberText, rateText, requestRateText } from './quantity-text.js';

/** What to say beside a value: a comment by the value's path, such as `cluster.hardware.hash`. */
export type MeasuredComments = Readonly<Record<string, string>>;

/**
 * A file of measured hardware. `loadMeasured` reads exactly the same out of it again, since all numbers are written with
 * all their digits.
 */
export function printMeasured(measured: MeasuredHardware, comments: MeasuredComments = {}): string {
  const { node, host, coordinator, repository, origin } = measured;
  const { bundled } = repository.client;
  const value = (path: string, text: string): string => {
    const keys = path.split('.');
    const line = `${'  '.repeat(keys.length - 1)}${keys.at(-1)}: ${text}`;
    const comment = comments[path];
    return comment === undefined ? line : `${line} # ${oneLine(comment)}`;
  };
  const lines = [
    'cluster:',
    '  hardware:',
    value('cluster.hardware.disk', rateText(node.diskBytesPerSec)),
    value('cluster.hardware.hash', rateText(node.hashBytesPerSec)),
    value('cluster.hardware.nic', rateText(node.nicBytesPerSec)),
    value('cluster.hardware.link', durationText(node.linkMs)),
    value('cluster.hardware.snapshot', durationText(node.snapshotMs)),
    '  host:',
    value('cluster.host.nodes', String(host.nodes)),
    value('cluster.host.cores', host.cores === Infinity ? 'unlimited' : numberText(host.cores)),
    value('cluster.host.disk', rateText(host.diskBytesPerSec)),
    '  coordinator:',
    value('cluster.coordinator.message', durationText(coordinator.messageMs)),
    value('cluster.coordinator.persist', durationText(coordinator.persistMs)),
    value('cluster.coordinator.manifest', rateText(coordinator.manifestBytesPerSec)),
    'repository:',
    ...(repository.type === undefined ? [] : [value('repository.type', repository.type)]),
    ...(repository.durable === undefined ? [] : [value('repository.durable', String(repository.durable))]),
    value('repository.bandwidth', rateText(repository.bandwidthBytesPerSec)),
    value('repository.perConnection', rateText(repository.perConnectionBytesPerSec)),
    value('repository.latency', latencyText(repository.latencyMs)),
    value('repository.requestRate', requestRateText(repository.requestsPerSec)),
    value('repository.requestBurst', String(repository.requestBurst)),
    '  client:',
    value('repository.client.request', durationText(repository.client.requestMs)),
    value('repository.client.directory', durationText(repository.client.directoryMs)),
    value('repository.client.bytes', rateText(repository.client.bytesPerSec)),
    ...(bundled
      ? [
          '    bundled:',
          value('repository.client.bundled.read', durationText(bundled.readMs)),
          value('repository.client.bundled.make', durationText(bundled.makeMs)),
          value('repository.client.bundled.sync', durationText(bundled.syncMs)),
        ]
      : []),
    ...originLines(origin),
  ];
  return `${lines.join('\n')}\n`;
}

function originLines({ date, by, machine, repository, figures, fit }: MeasuredOrigin): string[] {
  const lines = [
    ...(date === undefined ? [] : [`  date: ${quoted(date)}`]),
    ...(by === undefined ? [] : [`  by: ${quoted(by)}`]),
    ...(machine === undefined
      ? []
      : [
          `  machine: { cpu: ${quoted(machine.cpu)}, cores: ${machine.cores}, node: ${quoted(machine.node)}, platform: ${quoted(machine.platform)} }`,
        ]),
    ...(repository === undefined ? [] : [`  repository: ${quoted(repository)}`]),
    ...figureLines(figures),
    ...(fit.length === 0 ? [] : ['  fit:']),
    ...fit.map(({ scenario, use, measured, predicted, error }) => {
      const off = error === undefined ? '' : `, error: ${quoted(error)}`;
      const times = `measured: ${durationText(measured)}, predicted: ${durationText(predicted)}`;
      return `    - { scenario: ${quoted(scenario)}, use: ${use}, ${times}${off} }`;
    }),
  ];
  return lines.length === 0 ? [] : ['measured:', ...lines];
}

function figureLines(figures: Readonly<Record<string, MeasuredFigure>>): string[] {
  const entries = Object.entries(figures);
  if (entries.length === 0) return [];
  return [
    '  figures:',
    ...entries.map(
      ([name, { median, p10, p90, samples }]) =>
        `    ${quoted(name)}: { median: ${quoted(median)}, p10: ${quoted(p10)}, p90: ${quoted(p90)}, samples: ${samples} }`,
    ),
  ];
}

/** Double quotes of JSON are double quotes of YAML; what needs none has none. */
function quoted(text: string): string {
  const isPlain =
    /^[A-Za-z][\w/() .+-]*$/.test(text) && !/ $|^(null|true|false|yes|no|on|off|y|n)$/i.test(text);
  return isPlain ? text : JSON.stringify(text);
}

const oneLine = (text: string): string => text.replaceAll(/[^ -~\u00A0-\uFFFF]+/g, ' ');

function latencyText(latency: Distribution): string {
  switch (latency.kind) {
    case 'fixed':
      return durationText(latency.value);
    case 'uniform':
      return `{ uniform: { min: ${durationText(latency.min)}, max: ${durationText(latency.max)} } }`;
    case 'lognormal':
      return `{ lognormal: { median: ${durationText(latency.median)}, sigma: ${numberText(latency.sigma)} } }`;
    case 'pareto': {
      const max = latency.max === undefined ? '' : `, max: ${durationText(latency.max)}`;
      return `{ pareto: { min: ${durationText(latency.min)}, alpha: ${numberText(latency.alpha)}${max} } }`;
    }
    case 'histogram': {
      const buckets = latency.buckets.map(
        ({ min, max, weight }) =>
          `{ from: ${durationText(min)}, to: ${durationText(max)}, weight: ${numberText(weight)} }`,
      );
      return `{ histogram: [${buckets.join(', ')}] }`;
    }
  }
}
