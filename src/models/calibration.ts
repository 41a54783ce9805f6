// From a forest's vote to a probability: beta calibration (Kull, Silva Filho, Flach 2017), which is strictly
// rising, so that it never changes who is more suspicious than whom.

export type BetaCalibration = { readonly a: number; readonly b: number; readonly c: number };
/** `none` where a model's probabilities are to stay as they are. */
export type Calibration = BetaCalibration | 'none';

/** Votes are kept this far from 0 and 1, whose logarithms have no end. */
export const EDGE = 1e-4;

export function calibrate(calibration: Calibration, vote: number): number {
  if (calibration === 'none') return vote;
  const { a, b, c } = calibration;
  const p = EDGE + vote * (1 - 2 * EDGE);
  return 1 / (1 + Math.exp(-(a * Math.log(p) - b * Math.log1p(-p) + c)));
}

/**
 * Fits on votes of rows the trees did not see (NaN rows are left out) by Newton steps on the log-loss; both
 * slopes are kept at 0.05 or more so that the order of scores stays.
 */
export function fitCalibration(votes: Float64Array, labels: Uint8Array): BetaCalibration {
  let parameters = [1, 1, 0];
  const floor = [0.05, 0.05, -30];
  for (let step = 0; step < 60; step++) {
    const gradient = [0, 0, 0];
    const hessian = [1e-6, 0, 0, 1e-6, 0, 1e-6];
    for (let row = 0; row < votes.length; row++) {
      if (Number.isNaN(votes[row])) continue;
      const p = EDGE + votes[row] * (1 - 2 * EDGE);
      const x0 = Math.log(p);
      const x1 = -Math.log1p(-p);
      const score = 1 / (1 + Math.exp(-(parameters[0] * x0 + parameters[1] * x1 + parameters[2])));
      const error = score - labels[row];
      const weight = Math.max(score * (1 - score), 1e-9);
      gradient[0] += error * x0;
      gradient[1] += error * x1;
      gradient[2] += error;
      hessian[0] += weight * x0 * x0;
      hessian[1] += weight * x0 * x1;
      hessian[2] += weight * x0;
      hessian[3] += weight * x1 * x1;
      hessian[4] += weight * x1;
      hessian[5] += weight;
    }
    const [h00, h01, h02, h11, h12, h22] = hessian;
    const determinant =
      h00 * (h11 * h22 - h12 * h12) - h01 * (h01 * h22 - h12 * h02) + h02 * (h01 * h12 - h11 * h02);
    if (!(Math.abs(determinant) > 1e-12)) break;
    const [g0, g1, g2] = gradient;
    const delta = [
      (g0 * (h11 * h22 - h12 * h12) - h01 * (g1 * h22 - h12 * g2) + h02 * (g1 * h12 - h11 * g2)) /
        determinant,
      (h00 * (g1 * h22 - g2 * h12) - g0 * (h01 * h22 - h12 * h02) + h02 * (h01 * g2 - g1 * h02)) /
        determinant,
      (h00 * (h11 * g2 - h12 * g1) - h01 * (h01 * g2 - g1 * h02) + g0 * (h01 * h12 - h11 * h02)) /
        determinant,
    ];
    const longest = Math.max(...delta.map(Math.abs));
    const scale = longest > 2 ? 2 / longest : 1;
    parameters = parameters.map((value, i) => Math.max(floor[i], value - scale * delta[i]));
    if (longest < 1e-8) break;
  }
  return { a: parameters[0], b: parameters[1], c: parameters[2] };
}
