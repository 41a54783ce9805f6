// What a replay came to, in lines for people.
import type { ReplayReport } from '../runtimes/replay-tally.ts';

/** Throughput, latency and quality, by lines. */
export function replayText(model: string, report: ReplayReport): string {
  const { outcomes, latencyMs, engineMs, quality } = report;
  const count = (value: number): string => value.toLocaleString('en');
  const rows = [
    `${count(report.sent)} sent, ${count(report.decided)} decided, ${count(report.duplicates)} known before`,
    ...(report.conflicts > 0
      ? [`${count(report.conflicts)} with the id of another (in the dead letters)`]
      : []),
    ...(report.quarantined > 0 ? [`${count(report.quarantined)} in quarantine`] : []),
  ];
  const lines = [
    `model         ${model}`,
    `rows          ${rows.join(', ')}`,
    `labels        ${count(report.labels)}, each after its delay`,
    `bad rows      ${count(report.badRows)}${report.firstProblem ? ` (in the dead letters; the first: ${report.firstProblem})` : ''}`,
    `outcomes      ${count(outcomes.approve)} approve, ${count(outcomes.review)} review, ${count(outcomes.decline)} decline`,
    `throughput    ${count(Math.round(report.perSecond))} transactions/s over ${report.seconds.toFixed(1)} s, every one committed`,
  ];
  if (report.decided > 0) {
    lines.push(
      `latency       p50 ${latencyMs.p50.toFixed(1)} ms, p99 ${latencyMs.p99.toFixed(1)} ms from intake to commit`,
      `engine        p50 ${(engineMs.p50 * 1000).toFixed(0)} µs, p99 ${(engineMs.p99 * 1000).toFixed(0)} µs a decision, reasons included`,
    );
  }
  if (quality) {
    lines.push(
      `quality       on ${count(quality.rows)} labelled rows after the training days, ${count(quality.frauds)} frauds:`,
      `              AUC ${quality.auc.toFixed(3)}, AP ${quality.averagePrecision.toFixed(3)}; ${count(quality.flagged)} flagged, ` +
        `precision ${quality.precision.toFixed(3)}, recall ${quality.recall.toFixed(3)}, money caught ${(100 * quality.valueRecall).toFixed(1)} %`,
    );
  } else lines.push('quality       unknown: no labelled fraud after the training days');
  return lines.join('\n');
}
