// What a model is, for people: a page of Markdown made from what the model itself carries.
import type { Model } from './model.ts';

const percent = (share: number): string =>
  Number.isNaN(share) ? 'unknown' : `${(100 * share).toFixed(2)} %`;
const figure = (value: number, digits = 4): string =>
  Number.isNaN(value) ? 'unknown' : value.toFixed(digits);

/** The card of a model; `sha256` is that of its artefact. */
export function modelCard({ info, ensemble, calibration }: Model, sha256: string): string {
  const { trainingWindow: window, heldOut, thresholds } = info;
  const trained =
    window.source === 'import'
      ? 'elsewhere: on what is not known here'
      : `on ${window.rows} transactions with ${window.frauds} frauds, ${window.source === 'simulation' ? 'simulated' : 'recorded'}, from ${window.from} to ${window.until}`;
  const lines = [
    `# Model ${info.version}`,
    '',
    `- Kind: ${info.kind}, ${ensemble.roots.length} trees, ${ensemble.cover.length} nodes`,
    `- Made: ${info.createdAt}`,
    `- Trained ${trained}`,
    `- Seed: ${info.seed}`,
    `- Artefact: sha256 ${sha256}`,
    `- Feature catalogue: ${info.catalogueHash}`,
    `- Review from a score of ${figure(thresholds.review)}, decline from ${figure(thresholds.decline)}`,
    calibration === 'none'
      ? '- Scores are as the trees give them'
      : `- Scores are calibrated (beta calibration, a ${figure(calibration.a)}, b ${figure(calibration.b)}, c ${figure(calibration.c)})`,
    '',
    '## What it is for',
    '',
    'The probability that a payment or transfer is fraud, at the moment it is made. It says nothing about people: whatever',
    'it flags is looked at, or declined with reasons that can be shown. It sees only the features below.',
    '',
    '## Quality on later data',
    '',
  ];
  if (heldOut) {
    lines.push(
      `${heldOut.rows} transactions with ${heldOut.frauds} frauds, from ${heldOut.from} to ${heldOut.until}, none of them trained on:`,
      '',
      '| average precision | AUC | precision | recall | Brier score | calibration error |',
      '| --- | --- | --- | --- | --- | --- |',
      `| ${figure(heldOut.averagePrecision)} | ${figure(heldOut.auc)} | ${percent(heldOut.precision)} | ${percent(heldOut.recall)} | ${figure(heldOut.brierScore, 5)} | ${figure(heldOut.calibrationError, 5)} |`,
      '',
      `Precision and recall are those of everything from the review threshold (${figure(heldOut.threshold)}) on.`,
    );
  } else lines.push('Not measured.');
  lines.push(
    '',
    '## Parameters',
    '',
    ...Object.entries(info.parameters).map(([name, value]) => `- ${name}: ${value}`),
    '',
    '## Features',
    '',
    ...info.features.map((name) => `- ${name}`),
    '',
  );
  return lines.join('\n');
}
