import test from 'ava';
import * as fc from 'fast-check';
import { z } from 'zod';
import { planAhead, summarise, simulateAttributed, type PlanRunner } from '../../src/planner/index.js';
import { reportJsonSchema, reportSchema } from '../../src/report/json-schema.js';
import { loadScenario } from '../../src/scenario/index.js';
import type { DrillReport } from '../../src/world/result.js';
import { fitFound, fitNone, HOUR_MS, plannedReport, plannedSweep } from '../fixtures/outlook.js';
import { failedReport, singleRunReport, sweepReport } from '../fixtures/report.js';
import { reports } from './arbitraries.js';

const asJson = (report: DrillReport): unknown => JSON.parse(JSON.stringify({ type: 'report', ...report }));

const complaints = (json: unknown): string => {
  const { error } = reportSchema.safeParse(json);
  return error ? z.prettifyError(error) : '';
};

const runner: PlanRunner = {
  run: async (all) => all.map(summarise),
  detail: async (scenario) => simulateAttributed(scenario),
};

test('reports are as the published schema says', async (t) => {
  const text = `
cluster: { nodes: 2, replication: 1 }
databases: [{ name: d, tables: [{ name: t, buckets: 4, fileSize: { uniform: { min: 1 MiB, max: 2 MiB } } }] }]
statement: BACKUP SNAPSHOT d.l TO example_repo
window: 1 s
`;
  const planned = await planAhead(loadScenario(text, 'x.yaml'), 'plan', runner, {
    repetitions: 5,
    advise: true,
    fit: 'cluster.nodes',
  });
  const real = [singleRunReport(), sweepReport(), failedReport(), plannedSweep()];
  const plans = [
    planned,
    plannedReport({ cancelled: 3, windowMs: HOUR_MS }, { fit: fitNone }),
    plannedReport({}, { fit: fitFound }),
  ];
  const byJsonSchema = z.fromJSONSchema(reportJsonSchema() as Parameters<typeof z.fromJSONSchema>[0]);
  for (const report of [...real, ...plans]) {
    const json = asJson(report);
    t.is(complaints(json), '');
    t.true(byJsonSchema.safeParse(json).success);
  }
});

test('any report that keeps to the types is as the schema says', (t) => {
  fc.assert(
    fc.property(reports, (report) => {
      t.is(complaints(asJson(report)), '');
    }),
    { numRuns: 200 },
  );
});

test('a field that is missing, new or of another type is noticed', (t) => {
  const json = asJson(plannedReport()) as { variants: { outlook: { forecast: Record<string, unknown> } }[] };
  const { forecast } = json.variants[0]!.outlook;
  const { runs, ...without } = forecast;
  for (const wrong of [without, { ...forecast, more: 1 }, { ...forecast, runs: String(runs) }]) {
    json.variants[0]!.outlook.forecast = wrong;
    t.not(complaints(json), '');
  }
});
